"""What `broadsheet stats` tells of an index, whatever engine keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What `stats` tells. Counts are (value, articles), most frequent first; years ascending."""

    articles: int
    segments: int
    size_bytes: int
    generation: int
    schema_version: int
    analysis_version: int
    tombstones: int
    undated: int
    by_source: tuple[tuple[str, int], ...]
    by_lang: tuple[tuple[str, int], ...]
    by_year: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, object]:
        return {
            "articles": self.articles,
            "segments": self.segments,
            "size_bytes": self.size_bytes,
            "index_generation": self.generation,
            "schema_version": self.schema_version,
            "analysis_version": self.analysis_version,
            "tombstones": self.tombstones,
            "undated": self.undated,
            "by_source": dict(self.by_source),
            "by_lang": dict(self.by_lang),
            "by_year": dict(self.by_year),
        }
