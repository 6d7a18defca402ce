"""Jobs in one commit are answered as if each had come alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.backends.whoosh_index import WhooshIndex
from indexer.settling import settle
from searchapp.ingest.bodies import read_body
from searchapp.ingest.group import GroupWriter, leading_group
from searchapp.ingest.jobs import Addition, Deletion, Done, Job

TODAY = date(2024, 6, 1)


def add(*articles: dict[str, object] | bytes) -> Addition:
    body = b"\n".join(each if isinstance(each, bytes) else orjson.dumps(each) for each in articles)
    read = read_body(body, "", TODAY, 1000)
    assert read is not None
    return Addition(read)


def delete(job: Addition) -> Deletion:
    (article_id,) = job.ids
    return Deletion(article_id, "a reason", "2024-06-01")


def article(key: str, title: str = "A title") -> dict[str, object]:
    return {"id": key, "title": title, "body": "Some words.", "lang": "en"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    WhooshIndex.create(tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def write(folder: Path) -> Callable[..., tuple[Done, ...]]:
    def write_jobs(*jobs: Job) -> tuple[Done, ...]:
        with WhooshIndex.open(folder).writer(16) as writer:
            return GroupWriter(writer).write(jobs)

    return write_jobs


def statuses(done: Done) -> list[str]:
    return [outcome.status for outcome in done.outcomes]


def held(folder: Path) -> dict[str, str]:
    return {each.article.external_id or "": each.article.title for each in WhooshIndex.open(folder).articles()}


def test_the_same_again_changes_nothing_and_another_text_updates(folder: Path, write) -> None:
    (first,) = write(add(article("1"), article("2")))
    assert statuses(first) == ["added", "added"]
    (again,) = write(add(article("1"), article("2", "Another title")))
    assert statuses(again) == ["unchanged", "updated"]
    (third,) = write(add(article("1"), article("2", "Another title")))
    assert statuses(third) == ["unchanged", "unchanged"]
    assert third.generation == again.generation == first.generation + 1
    assert held(folder) == {"1": "A title", "2": "Another title"}


def test_of_one_id_in_one_request_the_first_stands(folder: Path, write) -> None:
    (done,) = write(add(article("1", "First"), article("2"), article("1", "Second")))
    assert statuses(done) == ["added", "added", "conflict"]
    assert done.outcomes[2].reason == "the same id as line 1, which stands"
    assert held(folder) == {"1": "First", "2": "A title"}


def test_what_cannot_be_read_costs_no_other_article_and_is_told_by_its_line(folder: Path, write) -> None:
    (done,) = write(add(article("1"), b"{", {"id": "empty"}, b"[1]", article("2")))
    assert statuses(done) == ["added", "refused", "refused", "refused", "added"]
    assert [outcome.line for outcome in done.outcomes] == [1, 2, 3, 4, 5]
    reasons = [outcome.reason or "" for outcome in done.outcomes]
    assert reasons[1].startswith("not JSON: ")
    assert reasons[2].startswith("no text: ")
    assert reasons[3].startswith("not a JSON object: ")
    assert held(folder).keys() == {"1", "2"}


def test_a_deleted_article_is_gone_and_does_not_come_back(folder: Path, write) -> None:
    one = add(article("1"))
    write(one, add(article("2")))
    (done,) = write(delete(one))
    assert done.deletion == "deleted"
    assert held(folder).keys() == {"2"}
    back, again = write(add(article("1", "Back")))[0], write(delete(one))[0]
    assert (statuses(back), again.deletion) == (["deleted_before"], "deleted_before")
    assert held(folder).keys() == {"2"}
    assert write(Deletion("nosuchid00000000", "", "2024-06-01"))[0].deletion is None


def test_a_group_is_one_commit_of_several_jobs(folder: Path, write) -> None:
    write(add(article("old")))
    jobs = (add(article("1"), article("2")), delete(add(article("old"))), add(article("3")))
    done = write(*jobs)
    assert len({each.generation for each in done}) == 1
    assert [statuses(each) for each in done] == [["added", "added"], [], ["added"]]
    assert held(folder).keys() == {"1", "2", "3"}


def test_an_article_that_was_read_from_a_file_stays_that_files_until_it_changes(folder: Path, write) -> None:
    from indexer.document import make_draft

    job = add(article("1"))
    (read,) = job.read
    with WhooshIndex.open(folder).writer(16) as writer:
        writer.write(make_draft(read.article, "/news/a.jsonl"))
        writer.commit()
        before = writer.known(read.article.id)
    assert statuses(write(job)[0]) == ["unchanged"]
    with WhooshIndex.open(folder).writer(16) as writer:
        assert writer.known(read.article.id) == before
    assert statuses(write(add(article("1", "Changed")))[0]) == ["updated"]
    with WhooshIndex.open(folder).writer(16) as writer:
        known = writer.known(read.article.id)
    assert known is not None
    assert known.origin == "POST /api/v1/articles"


def test_more_articles_than_one_request_may_bring_are_none() -> None:
    body = b"\n".join(orjson.dumps(article(str(number))) for number in range(4))
    assert read_body(body, "", TODAY, 3) is None
    assert len(read_body(body, "", TODAY, 4) or ()) == 4


@pytest.mark.parametrize("layout", [orjson.OPT_INDENT_2, 0])
def test_an_object_and_an_array_are_read_as_lines_are(layout: int) -> None:
    for value, count in ((article("1"), 1), ([article("1"), article("2")], 2)):
        read = read_body(orjson.dumps(value, option=layout), "", TODAY, 10)
        assert read is not None
        assert Addition(read).ids == add(*(article(str(number + 1)) for number in range(count))).ids


@given(st.lists(st.sets(st.integers(0, 5), min_size=1, max_size=3), min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_group_is_as_long_as_it_can_be_without_an_id_twice(keys: list[set[int]]) -> None:
    jobs = [add(*(article(str(key)) for key in sorted(each))) for each in keys]
    count = leading_group(jobs)
    together = [key for each in keys[:count] for key in each]
    assert count >= 1
    assert len(together) == len(set(together))
    assert count == len(keys) or keys[count] & set(together)


def test_articles_that_are_brought_have_nothing_that_an_index_learns(write, folder: Path) -> None:
    """They are fields, and no lines of a page; so nothing is to be settled after them."""
    furniture = "Home | News | Sport\nSubscribe to our newsletter\n"
    bodies = (f"{furniture}\nThe ferry came home on day {number}.\n" * 3 for number in range(30))
    write(add(*({"title": f"Day {number}", "text": body, "source": "Post"} for number, body in enumerate(bodies))))
    index = WhooshIndex.open(folder)
    with index.writer(16) as writer:
        settled = settle(index, writer, TODAY)
    assert (settled.groups, settled.recleaned) == (0, 0)
    assert all(each.article.body.startswith("Home | News") and not each.article.original for each in index.articles())
