"""Reads what segments of Whoosh's own codec store, without running what they may hold.

Whoosh keeps stored fields as pickles, and opens a dictionary of terms by one: so neither its reader nor its dictionary
is opened here, only the two columns that a rebuild needs, and of these nothing but plain values is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whoosh.codec.whoosh3 import W3PerDocReader
from whoosh.columns import CompressedBytesColumn, VarBytesColumn

from indexer.codec.durable import DurableStorage, unpickle_plain


def stock_documents(storage: DurableStorage, segment: Any) -> Iterator[tuple[Mapping[str, Any], bytes]]:  # noqa: ANN401 Whoosh's segment
    """Stored fields and origin of every live document. Raises UnpicklingError for a field that is no plain value."""
    files = segment.open_compound_file(storage) if segment.is_compound() else storage
    reader = W3PerDocReader(files, segment)
    try:
        stored = reader.column_reader("_stored", CompressedBytesColumn())
        origins = reader.column_reader("origin", VarBytesColumn())
        for doc in reader.all_doc_ids():
            yield unpickle_plain(bytes(stored[doc])), bytes(origins[doc])
    finally:
        reader.close()
        if segment.is_compound():
            files.close()
