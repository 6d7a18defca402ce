"""Gathers the frames of articles as they come, compressed as soon as there is a dictionary to do it with."""

from __future__ import annotations

from typing import Final

from indexer.codec.stored import MOST_SAMPLES, ArticleCompressor, StoredFrames, join_frames, train_dictionary

#: Articles that are waited for before a dictionary is made of them.
LEARNT_FROM: Final = MOST_SAMPLES


class FrameCollector:
    """`dictionary` is what the archive compresses with, b"" as long as it has none: then one is made of the first
    articles, unless `learns` is False and somebody else is to make it (`use`)."""

    def __init__(self, dictionary: bytes, *, learns: bool = True) -> None:
        self._learns = learns
        self._compressor = ArticleCompressor(dictionary) if dictionary else None
        self.clear()

    @property
    def dictionary(self) -> bytes:
        return self._compressor.dictionary if self._compressor else b""

    def use(self, dictionary: bytes) -> None:
        """From now on compress with this, if there is none yet."""
        if self._compressor is None:
            self._compressor = ArticleCompressor(dictionary)
            self._compress_plain()

    def add(self, encoded: tuple[bytes, bytes]) -> None:
        self.size_bytes += len(encoded[0]) + len(encoded[1])
        self._plain.append(encoded)
        if self._compressor is not None:
            self._compress_plain()
        elif self._learns and len(self._plain) == LEARNT_FROM:
            self._learn()

    def take(self) -> StoredFrames:
        """The frames of all articles since the last time."""
        if self._compressor is None:
            self._learn()
        if self._compressor is None:  # too few to learn from: the next ones may be enough
            self._compress_plain(ArticleCompressor(b""))
        frames = join_frames(self._frames, self.dictionary)
        self.clear()
        return frames

    def clear(self) -> None:
        """Forget the articles since the last `take`."""
        self._plain: list[tuple[bytes, bytes]] = []
        self._frames: list[tuple[bytes, bytes]] = []
        #: What is held, before it was compressed or after.
        self.size_bytes = 0

    def _learn(self) -> None:
        if dictionary := train_dictionary([fields for fields, _ in self._plain]):
            self.use(dictionary)

    def _compress_plain(self, compressor: ArticleCompressor | None = None) -> None:
        chosen = compressor or self._compressor
        assert chosen is not None
        compress = chosen.compress
        for fields, original in self._plain:
            frame = compress(fields), compress(original)
            self.size_bytes += len(frame[0]) + len(frame[1]) - len(fields) - len(original)
            self._frames.append(frame)
        self._plain.clear()
