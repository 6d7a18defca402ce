"""Train the weights that tell an article's lines from a page's furniture.

    python benchmarks/train_lines.py [--data DIR]

Needs `pages/` of the test data and, as a tool of this script alone, trafilatura (`pip install trafilatura`).
Writes indexer/cleaning/line_weights.json, trained on every page, and benchmarks/line_weights_folds.json: as many
models as there are folds, each trained without the pages of the hosts of its fold. Quality is only ever reported
from the latter, since the shipped weights have seen every page.

Labels: pages/scrapinghub has hand-made bodies, aligned word by word to the lines of the page (weight 1 a page).
pages/trafilatura has none: there the text that an extractor finds in the HTML is aligned in the same way (weight .25).
Within a page a line weighs as the square root of its words. Each body alone, without furniture, is one more page
(weight .1): a text that is nothing but an article must be kept whole.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pages import FOLDS, WORD, Page, fold_of, host_of, read_pages

from indexer.cleaning.line_features import LINE_FEATURES, PAGE_FEATURES, measure_lines
from indexer.cleaning.line_model import REACH

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

PROJECT = Path(__file__).resolve().parent.parent
SHIPPED = PROJECT / "indexer" / "cleaning" / "line_weights.json"
BY_FOLD = PROJECT / "benchmarks" / "line_weights_folds.json"

PAGE_WEIGHT = 200.0
EXTRACTED_WEIGHT = 0.25
BODY_ALONE_WEIGHT = 0.1
RIDGE = 0.2
NEWTON_STEPS = 9
# A shorter reading of an extractor is more often a failure than an article.
LEAST_EXTRACTED_WORDS = 60


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """`labels` is the share of each line's words that belong, `weights` what each line counts in training."""

    host: str
    features: Floats
    labels: Doubles
    weights: Doubles


def label_lines(lines: list[str], body: str) -> Doubles:
    """Share of each line's words that align, in order, to the words of the body."""
    by_line = [WORD.findall(line.lower()) for line in lines]
    of_page = [word for words in by_line for word in words]
    owner = [number for number, words in enumerate(by_line) for _ in words]
    of_body = WORD.findall(body.lower())
    hits = [0] * len(lines)
    # The popular-word heuristic of difflib only for pages where exactness would take minutes.
    matcher = SequenceMatcher(None, of_body, of_page, autojunk=len(of_body) * len(of_page) > 4_000_000)
    for block in matcher.get_matching_blocks():
        for at in range(block.b, block.b + block.size):
            # A lone word that matches inside a longer line is chance.
            if block.size >= 2 or len(by_line[owner[at]]) == 1:
                hits[owner[at]] += 1
    return np.array([hit / len(words) if words else 0.0 for hit, words in zip(hits, by_line, strict=True)])


def extract(page: Page) -> str:
    """What an extractor finds in the HTML; its precise mode, and its usual mode where that finds nothing."""
    import trafilatura  # noqa: PLC0415  a tool of training alone, not a dependency

    html = gzip.decompress(page.html_path.read_bytes())
    for favor_precision in (True, False):
        text = trafilatura.extract(html, include_comments=False, favor_precision=favor_precision)
        if text:
            return str(text)
    return ""


def expand(features: Floats) -> Floats:
    """Each line's features, those of REACH lines each side, which of these lie outside the page, and a 1."""
    count, alone = len(features), features[:, : len(LINE_FEATURES)]
    blocks: list[Floats] = []
    outside = np.zeros((count, 2 * REACH + 1), dtype=np.float32)
    for column, offset in enumerate(range(-REACH, REACH + 1)):
        shifted = np.zeros_like(alone)
        reached = max(0, count - abs(offset))
        if offset < 0:
            shifted[count - reached :] = alone[:reached]
            outside[: count - reached, column] = 1
        else:
            shifted[:reached] = alone[count - reached :]
            outside[reached:, column] = 1
        blocks.append(shifted)
    page = features[:, len(LINE_FEATURES) :]
    return np.hstack([*blocks, page, outside, np.ones((count, 1), dtype=np.float32)])


def fit(pages: list[LabelledPage]) -> Doubles:
    """Ridge logistic regression by Newton's method; the last weight is the bias."""
    features = np.vstack([expand(page.features) for page in pages])
    labels = np.concatenate([page.labels for page in pages])
    weights = np.concatenate([page.weights for page in pages])
    ridge = np.full(features.shape[1], RIDGE)
    ridge[-1] = 1e-6
    solution = np.zeros(features.shape[1])
    for _ in range(NEWTON_STEPS):
        chances = 1.0 / (1.0 + np.exp(-np.clip(features @ solution.astype(np.float32), -30, 30)))
        slope = features.T @ (weights * (chances - labels)).astype(np.float32) + ridge * solution
        spread = (weights * np.maximum(chances * (1 - chances), 1e-6)).astype(np.float32)
        bend = (features * spread[:, None]).T @ features + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        solution = solution - step
        if np.abs(step).max() < 1e-3:
            break
    return solution


def as_json(solution: Doubles) -> dict[str, object]:
    """Three digits are enough, and keep the file small."""
    rounded = [float(f"{weight:.3g}") for weight in solution]
    width = 2 * REACH + 1
    line_count = len(LINE_FEATURES)
    by_offset = [rounded[column * line_count : (column + 1) * line_count] for column in range(width)]
    page_at = width * line_count
    outside_at = page_at + len(PAGE_FEATURES)
    return {
        "bias": rounded[-1],
        "outside": rounded[outside_at:-1],
        "line": {name: [by_offset[column][at] for column in range(width)] for at, name in enumerate(LINE_FEATURES)},
        "page": dict(zip(PAGE_FEATURES, rounded[page_at:outside_at], strict=True)),
    }


def label_page(page: Page, body: str, weight: float) -> Iterator[LabelledPage]:
    lines = [line.strip() for line in page.text.split("\n") if line.strip()]
    if lines:
        yield _labelled(page, lines, label_lines(lines, body), weight)
    alone = [line.strip() for line in body.split("\n") if line.strip()]
    if alone:
        yield _labelled(page, alone, np.ones(len(alone)), weight * BODY_ALONE_WEIGHT)


def _labelled(page: Page, lines: list[str], labels: Doubles, weight: float) -> LabelledPage:
    features, words = measure_lines(lines)
    shares = np.sqrt(words.astype(np.float64))
    return LabelledPage(host_of(page.url), features, labels, shares / shares.sum() * PAGE_WEIGHT * weight)


def read_labelled(folder: Path) -> list[LabelledPage]:
    labelled = [
        made
        for page in read_pages(folder / "pages" / "scrapinghub")
        for made in label_page(page, page.gold_body, weight=1.0)
    ]
    others = read_pages(folder / "pages" / "trafilatura")
    with ProcessPoolExecutor(2) as pool:
        for page, body in zip(others, pool.map(extract, others, chunksize=10), strict=True):
            if len(WORD.findall(body)) >= LEAST_EXTRACTED_WORDS:
                labelled.extend(label_page(page, body, EXTRACTED_WEIGHT))
    return labelled


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("BROADSHEET_TEST_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(default), help="folder of the test data")
    labelled = read_labelled(parser.parse_args().data)
    print(f"{len(labelled)} pages, {sum(len(page.labels) for page in labelled)} lines", flush=True)
    by_fold = []
    for fold in range(FOLDS):
        by_fold.append(as_json(fit([page for page in labelled if fold_of(page.host) != fold])))
        print(f"fold {fold + 1} of {FOLDS} trained", flush=True)
    BY_FOLD.write_text(json.dumps(by_fold, separators=(",", ":")) + "\n", encoding="utf-8")
    SHIPPED.write_text(json.dumps(as_json(fit(labelled)), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {SHIPPED} ({SHIPPED.stat().st_size} bytes) and {BY_FOLD}")


if __name__ == "__main__":
    main()
