"""The plot of a bench: median time of the top ten by class and engine, a panel a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

from benchmarks.speed.results import read_timings
from benchmarks.speed.timing import Timing

_COLOURS: Final = {
    "Broadsheet": "#b3261e",
    "tantivy": "#1f4e79",
    "SQLite FTS5": "#7a9a3a",
    "stock Whoosh": "#8a8a8a",
    "bm25s": "#c98a1b",
}


def draw_search(results: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Writes an SVG, the same bytes for the same results."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "broadsheet", "font.size": 9, "svg.fonttype": "none"})
    from matplotlib import pyplot as plt  # noqa: PLC0415 the drawing back end is chosen above

    figure, panels = plt.subplots(1, len(results), figsize=(3.4 * len(results) + 1.2, 5), sharey=True, squeeze=False)
    for panel, result in zip(panels[0], results, strict=True):
        _draw_corpus(panel, read_timings(result["top_ten"]), set(result["uncounted"]))
        panel.set_title(f"{result['corpus']}\n{result['articles']:,} articles")
        panel.set_xlabel("ms, median (log)")
    handles = [plt.Line2D([], [], marker="o", linestyle="", color=colour) for colour in _COLOURS.values()]
    figure.legend(handles, list(_COLOURS), loc="lower center", ncols=len(_COLOURS), frameon=False)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _draw_corpus(panel: Any, timings: Sequence[Timing], uncounted: set[str]) -> None:  # noqa: ANN401 matplotlib's axes
    names = list(dict.fromkeys(each.query_class for each in timings if each.query_class not in uncounted))
    for each in timings:
        if each.cannot or each.engine not in _COLOURS or each.query_class in uncounted:
            continue
        panel.plot(each.median_ms, names.index(each.query_class), "o", color=_COLOURS[each.engine], markersize=5)
    panel.set_xscale("log")
    panel.set_yticks(range(len(names)), names)
    panel.set_ylim(len(names) - 0.5, -0.5)
    panel.grid(axis="both", color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)
