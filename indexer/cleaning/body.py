"""From judged lines to the body: the chosen stretch, grown over prose that nothing parts from it.

When in doubt a line is kept: a paragraph that is lost cannot be found, a line of furniture too many only can.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.cleaning.furniture import find_addresses, find_closings
from indexer.cleaning.line_features import LINE_FEATURES, Flags, Floats
from indexer.cleaning.line_model import LineVerdict

_SENTENCE = LINE_FEATURES.index("sentence")
_STOPPED = LINE_FEATURES.index("stopped")
_WORDS = LINE_FEATURES.index("words")
_NO_LETTERS = LINE_FEATURES.index("no_letters")
_AFTER_CUT_SHARE = 0.2
# Far from certain is still prose when no furniture stands between it and the body; on a page full of other lines
# (teasers read like prose as well) it must be likelier.
_LEAST_CHANCE_PLAIN = 0.0
_LEAST_CHANCE_BUSY = 0.1
_LEAST_CHANCE_SHORT = 0.3
_PLAIN_FURNITURE_SHARE = 0.25
_PLAIN_LINES = 40
_MAX_SHORT_LINES = 2
_REPEATED_CHARS = 40


def choose_body(texts: tuple[str, ...], verdict: LineVerdict, furniture: Flags) -> Flags:
    """Which lines are the body, at least one where there is any line; `furniture` is that of `find_furniture`."""
    features = verdict.features
    if not furniture.any():
        return np.ones(len(texts), dtype=np.bool_)
    chosen = verdict.chosen & ~_repeats(texts, verdict.chosen)
    if not chosen.any():
        return ~furniture if not furniture.all() else np.ones(len(texts), dtype=np.bool_)
    is_plain = len(texts) <= _PLAIN_LINES and furniture.mean() <= _PLAIN_FURNITURE_SHARE
    least = _LEAST_CHANCE_PLAIN if is_plain else _LEAST_CHANCE_BUSY
    _cut_tail(chosen, features)
    at = _trim_edges(chosen, furniture)
    barred = furniture | find_addresses(texts, features)
    prose = (features[:, _SENTENCE] > 0) & (verdict.chances >= least)
    prose |= (features[:, _STOPPED] > 0) & (verdict.chances >= _LEAST_CHANCE_SHORT)  # "More follows."
    _grow(chosen, range(int(at[-1]) + 1, len(texts)), prose, barred)
    _grow(chosen, range(int(at[0]) - 1, -1, -1), prose, barred)
    if is_plain:
        # Between paragraphs a sub-heading, a list or a line of verse is the article's own.
        first, last = int(np.flatnonzero(chosen)[0]), int(np.flatnonzero(chosen)[-1])
        chosen[first : last + 1] |= ~furniture[first : last + 1]
    return chosen


def _trim_edges(chosen: Flags, furniture: Flags) -> npt.NDArray[np.intp]:
    """Take furniture from both ends, in place, and tell the lines that are left: "--" below the last paragraph."""
    at = np.flatnonzero(chosen)
    prose = at[~furniture[at]]
    if len(prose):
        chosen[: prose[0]] = False
        chosen[prose[-1] + 1 :] = False
    return np.flatnonzero(chosen)


def _cut_tail(chosen: Flags, features: Floats) -> None:
    """End the body, in place, at a line without words ("--") or a heading like "Comments" when little comes after it:
    that is about the page, or by its readers. Between the parts of an article ("* * *") much comes after."""
    words = np.expm1(features[:, _WORDS].astype(np.float64)) * chosen
    rules = (features[:, _NO_LETTERS] > 0) & (features[:, _WORDS] == 0)
    before = np.cumsum(words) - words
    is_late = words.sum() - before <= _AFTER_CUT_SHARE * before + words
    ends = np.flatnonzero((rules | find_closings(features)) & is_late & (before > 0))
    if len(ends):
        chosen[ends[0] :] = False


def _grow(chosen: Flags, order: range, prose: Flags, barred: Flags) -> None:
    """Take in prose next to the body, in place, and the few short lines that lead from one paragraph to another."""
    pending: list[int] = []
    for at in order:
        if barred[at]:
            return
        if prose[at]:
            for taken in (*pending, at):
                chosen[taken] = True
            pending = []
        elif len(pending) < _MAX_SHORT_LINES:
            pending.append(at)
        else:
            return


def _repeats(texts: tuple[str, ...], chosen: Flags) -> Flags:
    """Long lines that the chosen ones already hold: some pages print their text twice."""
    repeated = np.zeros(len(texts), dtype=np.bool_)
    seen: set[str] = set()
    for at in np.flatnonzero(chosen):
        text = texts[at]
        if len(text) >= _REPEATED_CHARS:
            repeated[at] = text in seen
            seen.add(text)
    return repeated
