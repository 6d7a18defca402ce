"""The day of a web page: who says it, who gives way, and what is refused."""

from __future__ import annotations

from news_pages import news_page, read, read_outcome

from indexer.article import Place, ReadArticle

PLACE = Place("page.html")


def test_one_source_alone_makes_a_date_likely_and_two_make_it_sure() -> None:
    meta = '<meta property="article:published_time" content="2021-03-11T15:29:00+01:00">'
    alone = read(news_page(head=meta, dated="")).published
    assert (alone.on, alone.confidence) == ("2021-03-11", "likely")
    address = "https://courier.example/2021/03/11/harbour"
    assert read(news_page(head=meta, dated=""), address=address).published.confidence == "sure"
    assert read(news_page(head=meta)).published.confidence == "sure"


def test_the_stamp_that_machines_are_told_is_no_second_source_when_a_time_element_repeats_it() -> None:
    stamp = "2021-03-11T15:29:00+01:00"
    meta = f'<meta property="article:published_time" content="{stamp}">'
    repeated = read(news_page(head=meta, dated=f'<time datetime="{stamp}"></time>')).published
    assert (repeated.on, repeated.confidence) == ("2021-03-11", "likely")
    said_again = read(news_page(head=meta, dated='<time datetime="2021-03-11"></time>')).published
    assert said_again.confidence == "sure"


def test_the_day_shown_wins_over_a_stamp_of_greenwich_a_day_off() -> None:
    meta = '<meta property="article:published_time" content="2021-03-12T04:30:00Z">'
    published = read(news_page(head=meta)).published
    assert published.on == "2021-03-11"


def test_days_in_numbers_take_the_order_that_another_source_confirms() -> None:
    meta = '<meta property="article:published_time" content="2021-04-03T10:00:00-05:00">'
    published = read(news_page(head=meta, dated="04/03/2021")).published
    assert (published.on, published.confidence) == ("2021-04-03", "sure")


def test_dates_to_come_and_dates_before_newspapers_are_refused_with_a_note() -> None:
    later = '<meta property="article:published_time" content="2031-03-12T04:30:00Z">'
    outcome = read_outcome(news_page(head=later, dated=""))
    assert isinstance(outcome, ReadArticle)
    assert (outcome.article.published.on, outcome.notes) == (None, ("date in the future refused",))
    ancient = '<meta property="article:published_time" content="0001-01-01T00:00:00Z">'
    outcome = read_outcome(news_page(head=ancient, dated=""))
    assert isinstance(outcome, ReadArticle)
    assert (outcome.article.published.on, outcome.notes) == (None, ("date before 1600 refused",))
    ancient = '<span itemprop="datePublished" content="0001-01-01T00:00:00Z"></span><p>11 March 2021</p>'
    outcome = read_outcome(news_page(head="", dated=ancient))
    assert isinstance(outcome, ReadArticle)
    assert (outcome.article.published.on, outcome.notes) == ("2021-03-11", ("date before 1600 refused",))


def test_updates_do_not_date_an_article() -> None:
    page = news_page(
        head="",
        dated='<time datetime="2021-03-11">11 March 2021</time> Updated <time datetime="2021-05-01">1 May 2021</time>',
    )
    assert read(page).published.on == "2021-03-11"
