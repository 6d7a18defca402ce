"""Whoosh's own queries and its own reader say of our index what they say of a stock one."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from stock_comparisons import (
    FIELDS,
    batches,
    open_both,
    whoosh_queries,
)
from stock_index import (
    found_ids,
    write_stock_index,
)
from test_engine_against_brute_force import write_index
from whoosh import query, sorting


@settings(max_examples=10)
@given(written=batches, seed=st.integers(0, 2**32))
def test_whooshs_own_queries_find_in_our_index_what_they_find_in_a_stock_one(written, seed) -> None:
    chosen = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        write_index(Path(folder) / "index", written, set())
        ours, stock = open_both(Path(folder) / "index", write_stock_index(written))
        with ours, stock:
            for field in FIELDS:
                held = sorted(stock.reader().field_terms(field)) or ["nowhere"]
                for asked in whoosh_queries(field, lambda held=held: chosen.choice(held)):
                    assert found_ids(ours, asked) == found_ids(stock, asked), asked


@settings(max_examples=10)
@given(written=batches)
def test_whooshs_own_reader_says_of_our_index_what_it_says_of_a_stock_one(written) -> None:
    with tempfile.TemporaryDirectory() as folder:
        held = write_index(Path(folder) / "index", written, set())
        ours, stock = open_both(Path(folder) / "index", write_stock_index([held.values()]))
        with ours, stock:
            ids = [
                {doc: searcher.stored_fields(doc)["id"] for doc in searcher.reader().all_doc_ids()}
                for searcher in (ours, stock)
            ]
            by_id = [{stored["id"]: stored for stored in searcher.documents()} for searcher in (ours, stock)]
            assert by_id[0].keys() == by_id[1].keys() == held.keys()
            for article_id, stored in by_id[1].items():
                # Whoosh stores nothing of an empty text; we always say what an article's texts are.
                assert {
                    name: value for name, value in by_id[0][article_id].items() if value or name in stored
                } == stored
            for field in FIELDS:
                assert {*ours.reader().field_terms(field)} >= {*stock.reader().field_terms(field)}
                for term in stock.reader().field_terms(field):
                    assert postings_of(ours, ids[0], field, term) == postings_of(stock, ids[1], field, term)
            for column in (
                "first_day",
                "last_day",
                "instant",
                "title_length",
                "body_length",
                "source_value",
                "author_values",
                "tag_values",
                "lang",
                "collection",
                "content_hash",
                "origin",
            ):
                assert column_of(ours, ids[0], column) == column_of(stock, ids[1], column), column
            order = [
                [
                    hit["id"]
                    for hit in searcher.search(
                        query.Every(),
                        limit=None,
                        sortedby=[sorting.FieldFacet("first_day", reverse=True), sorting.FieldFacet("id")],
                    )
                ]
                for searcher in (ours, stock)
            ]
            assert order[0] == order[1]
            grouped = [
                searcher.search(query.Every(), limit=None, groupedby="lang").groups() for searcher in (ours, stock)
            ]
            counts = [{name: len(docs) for name, docs in groups.items()} for groups in grouped]
            assert counts[0] == counts[1]


def postings_of(searcher, ids: dict[int, str], field: str, term: str) -> dict[str, tuple[float, list[int]]]:
    matcher = searcher.postings(field, term)
    found = {}
    while matcher.is_active():
        if matcher.id() in ids:
            found[ids[matcher.id()]] = (matcher.weight(), list(matcher.value_as("positions")))
        matcher.next()
    return found


def column_of(searcher, ids: dict[int, str], name: str) -> dict[str, object]:
    values = searcher.reader().column_reader(name)
    return {article_id: values[doc] for doc, article_id in ids.items()}
