"""py3langid's model, which lies in its wheel, and its reckoning with the walk through the text compiled.

What is given is to the last digit what `LanguageIdentifier.classify` gives, which does it all where numba is missing.
"""

from __future__ import annotations

import math
import threading
import unicodedata
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from indexer.cleaning.kernels.visits import count_visits
from indexer.codec.compiled import HAS_NUMBA


class LanguageModel(Protocol):
    """Safe to share between threads."""

    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest language of a text, and how likely it is among those of the model."""
        ...


def load_model(languages: Sequence[str]) -> LanguageModel:
    """The model for those of these languages that it knows. Takes a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 only who needs it loads it

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([tag for tag in languages if tag in identifier.labels])
    return CompiledModel(identifier) if HAS_NUMBA else identifier


class CompiledModel:
    """The same as the identifier that it is made of."""

    def __init__(self, identifier: Any) -> None:  # noqa: ANN401 a LanguageIdentifier
        self._classes: tuple[str, ...] = tuple(identifier.nb_classes)
        self._priors: npt.NDArray[np.float32] = identifier.nb_pc
        # Kept as halves, which the processor does not reckon with: as floats they are ten times as fast.
        self._weights = np.ascontiguousarray(identifier.nb_ptc, np.float32)
        self._next_row = np.asarray(identifier.tk_nextmove, np.uint32)
        self._row_of_state = np.asarray(identifier.tk_row, np.uint16)
        self._feature_of_state = np.asarray(identifier.tk_output, np.int32)
        # Classes of one label are one language: the first has the probability of all.
        self._aliases = [
            (self._classes.index(label), place)
            for place, label in enumerate(self._classes)
            if self._classes.index(label) < place
        ]
        self._threads = threading.local()

    def classify(self, text: str) -> tuple[str, float]:
        read = text.lower() if text.isupper() else text
        encoded = unicodedata.normalize("NFC", read).encode("utf-8", "surrogatepass")
        scores = self._score(np.frombuffer(encoded, np.uint8))
        # The root of the length keeps probabilities comparable between short texts and long ones.
        scores *= 1.0 / math.sqrt(len(encoded) or 1)
        np.exp(scores - scores.max(), out=scores)
        scores /= scores.sum()
        for first, alias in self._aliases:
            scores[first] += scores[alias]
            scores[alias] = 0.0
        best = int(scores.argmax())
        return self._classes[best], float(scores[best])

    def _score(self, encoded: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        room: _Room | None = getattr(self._threads, "room", None)
        if room is None or len(room.features) < len(encoded):
            room = self._threads.room = _Room(len(encoded), self._weights)
        features, counts, rows = room.features, room.counts, room.rows
        found = count_visits(
            encoded, self._next_row, self._row_of_state, self._feature_of_state, room.places, features, counts
        )
        if not found:
            return np.zeros(len(self._classes), np.float32)
        # Into room that is there already, and with nothing to be checked: half the time of weights[features].
        np.take(self._weights, features[:found], axis=0, out=rows[:found], mode="clip")
        scores: npt.NDArray[np.float32] = np.log1p(counts[:found]) @ rows[:found] + self._priors
        return scores


class _Room:
    """What a thread reckons in, for texts of up to so many bytes."""

    def __init__(self, size: int, weights: npt.NDArray[np.float32]) -> None:
        self.places = np.full(len(weights), -1, np.int32)
        self.features, self.counts = np.empty(size, np.int64), np.empty(size, np.float32)
        self.rows = np.empty((size, weights.shape[1]), np.float32)
