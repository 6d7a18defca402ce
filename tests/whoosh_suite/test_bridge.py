"""The bridge over which Whoosh's own tests run: any schema, through Whoosh's writer, into our segments and back."""

from __future__ import annotations

from bridge import BridgeCodec, BridgeSegment
from whoosh import fields, query, sorting
from whoosh.filedb.filestore import RamStorage

NEWS = (("mine map mine", "war", 3), ("map of peace talks", "peace", 1), ("talks on mines", "war", 2))


def test_whooshs_writer_fills_our_segments_and_its_searcher_reads_them() -> None:
    schema = fields.Schema(
        text=fields.TEXT(stored=True), tag=fields.KEYWORD(stored=True), rank=fields.NUMERIC(sortable=True)
    )
    index = RamStorage().create_index(schema)
    for text, tag, rank in NEWS:
        with index.writer(codec=BridgeCodec()) as writer:
            writer.add_document(text=text, tag=tag, rank=rank)
    with index.writer(codec=BridgeCodec()) as writer:
        writer.delete_by_term("tag", "peace")
    assert all(isinstance(segment, BridgeSegment) for segment in index._segments())
    with index.searcher() as searcher:

        def find(asked: query.Query, **options: object) -> list[str]:
            return [hit["text"] for hit in searcher.search(asked, **options)]

        assert find(query.Term("text", "mine")) == ["mine map mine"]
        assert find(query.Phrase("text", ["map", "mine"])) == ["mine map mine"]
        assert find(query.Term("text", "peace")) == []
        by_rank = sorting.FieldFacet("rank")
        assert find(query.Term("tag", "war"), sortedby=by_rank) == ["talks on mines", "mine map mine"]
        assert searcher.frequency("text", "mine") == 2
