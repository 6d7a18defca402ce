"""What is furniture of a source, and what only looks like it because it comes again."""

from __future__ import annotations

import random

import pytest

from indexer.cleaning.repeated_lines import digest_line, learn_lines, take_print

LEAST_PAGES = 3
OWN = "The council of {0} voted on its budget for the coming year, and the mayor of {0} said that it was a good one."
NOTICE = "The Gazette keeps the copyright in all that it prints, and asks whoever quotes it to name the place of it."


def page(number: int, *lines: str) -> list[str]:
    return [OWN.format(f"place {number}"), *lines, f"Rain fell on town {number} for {number} days, and {number} more."]


def learn(pages: list[list[str]]) -> set[str]:
    """The lines of the pages that were learnt."""
    learnt = learn_lines([take_print(lines) for lines in pages], LEAST_PAGES)
    return {line for lines in pages for line in lines if digest_line(line) in learnt}


def test_a_line_of_every_page_is_learnt_and_the_articles_own_are_not() -> None:
    assert learn([page(number, "Get the Gazette every day", NOTICE) for number in range(10)]) == {
        "Get the Gazette every day",
        NOTICE,
    }


def test_numbers_in_a_short_line_are_all_one_number() -> None:
    pages = [page(number, f"Comments ({number})") for number in range(4)]
    assert learn(pages) == {f"Comments ({number})" for number in range(4)}


def test_numbers_in_a_sentence_make_it_another_sentence() -> None:
    said = "The index of the exchange closed {0} points higher than on the day before, at {0} thousand points in all."
    assert learn([page(number, said.format(number)) for number in range(10)]) == set()


def test_two_pages_teach_nothing() -> None:
    assert learn([page(number, "Get the Gazette every day") for number in range(2)]) == set()


def test_a_line_of_three_pages_in_twenty_is_not_the_sources() -> None:
    pages = [page(number, *(["Letters from the front, part one"] if number < 3 else [])) for number in range(20)]
    assert learn(pages) == set()


@pytest.mark.parametrize(
    "byline",
    [
        "By Jane Doe",
        "By Jane Doe, Staff Writer",
        "Jane Doe",
        "Von Anna Schmidt",
        "Автор: Иван Петров",
        "Par Jean Dupont",
    ],
)
def test_a_correspondent_who_writes_every_day_is_not_furniture(byline: str) -> None:
    assert learn([page(number, byline, "More from the Gazette") for number in range(10)]) == {"More from the Gazette"}


def test_a_quote_in_a_third_of_the_reports_is_kept() -> None:
    quote = "“We will not leave anybody behind in this valley, whatever it costs us,” the minister said on Tuesday."
    assert learn([page(number, *([quote] if number < 4 else [])) for number in range(10)]) == set()


def test_what_versions_of_one_story_share_is_not_learnt() -> None:
    story = [OWN.format(f"the river, part {part}") for part in "abcdef"]
    ending = "More was known by {0} o'clock, when the first boats had come back from the other side."
    versions = [[*story, ending.format(hour)] for hour in ("ten", "two", "six")]
    others = [page(number, "More from the Gazette") for number in range(4)]
    assert learn([*versions, *others]) == {"More from the Gazette"}


def test_lines_without_words_are_never_learnt() -> None:
    assert learn([page(number, "* * *", "--", "12") for number in range(10)]) == set()


def test_what_is_learnt_of_distinct_stories_does_not_depend_on_their_order() -> None:
    rng = random.Random(7)
    pages = [
        page(number, *rng.sample(["One line", "Two lines", NOTICE, "Third lines", "Four"], 3)) for number in range(30)
    ]
    expected = learn(pages)
    assert expected
    for _ in range(20):
        rng.shuffle(pages)
        assert learn(pages) == expected


def test_case_spaces_and_stops_at_the_ends_do_not_make_another_line() -> None:
    assert digest_line("READ MORE HERE:") == digest_line("Read more here")
    assert digest_line("Read more here") != digest_line("Read more there")
