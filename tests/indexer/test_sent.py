"""What processes send to each other arrives as it was."""

from __future__ import annotations

import pickle
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import pytest

from indexer.article import Article, OriginalLine, Place, Published, ReadArticle, Skipped
from indexer.sent import Sent
from indexer.units import StepReading

PLACE = Place("news/a.jsonl", 7)
PUBLISHED = Published("2021-03-12", datetime(2021, 3, 12, 15, 29, tzinfo=UTC), "minute", "12 March 2021 15:29Z")
ARTICLE = Article(
    *("Title", "Body", ("Ann Lee",), "Gazette", "https://gazette.example/1", PUBLISHED, "en", ("port",)),
    *("7", "main", (OriginalLine("Share", "furniture"),), '{"dateline":"PORT"}'),
)
SKIPPED = Skipped(PLACE, "not JSON", "at character 3")
READING = StepReading("a", "/a", (1,), ("id",), b"\x01", ((1, SKIPPED),), (0,), (("extra key b", 2),))


@pytest.mark.parametrize("value", [PLACE, PUBLISHED, ARTICLE, SKIPPED, READING, ReadArticle(PLACE, ARTICLE, ("note",))])
def test_a_value_arrives_as_it_was(value: Sent) -> None:
    arrived = pickle.loads(pickle.dumps(value))
    assert arrived == value
    assert type(arrived) is type(value)


def test_whatever_is_sent_so_is_made_by_its_fields_in_their_order() -> None:
    for kind in Sent.__subclasses__():
        assert is_dataclass(kind), kind
        assert len(fields(kind)) > 1, kind
        assert all(each.init and not each.kw_only for each in fields(kind)), kind
