"""Train the trees that tell an article's blocks from the rest of a web page.

    python benchmarks/train_blocks.py [--data DIR]

Needs `pages/` of the test data. Writes indexer/cleaning/pages/block_weights.json, trained on every page, and
benchmarks/block_weights_folds.json: as many models as there are folds, each trained without the pages of the hosts of
its fold. Quality is only ever reported from the latter, since the shipped numbers have seen every page. The line
model's chance, one of the questions asked, is that of benchmarks/line_weights_folds.json: of the model that has not
seen the page's host either.

Labels: pages/scrapinghub has hand-made bodies, aligned word by word to the blocks of the page (weight 1 a page).
pages/trafilatura has snippets that must and must not be in the text: the blocks that hold them; and where two modes of
an extractor agree on a block that is its label (weight .25 a page, a snippet's block five times that of others).
Within a page a block weighs as the square root of its words.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import trafilatura
from boosting import Boosting, as_json, cut_features, fit_trees
from eval_extraction import load_models
from pages import FOLDS, WORD, Page, fold_of, host_of, read_pages
from train_lines import label_lines

from indexer.cleaning.pages.block_features import ALL_FEATURES, look_at_blocks
from indexer.cleaning.pages.blocks import read_page_blocks
from indexer.cleaning.pages.page_head import read_page_head
from indexer.cleaning.pages.page_titles import head_titles
from indexer.cleaning.pages.tree import NoPage, parse_page

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

PROJECT = Path(__file__).resolve().parent.parent
SHIPPED = PROJECT / "indexer" / "cleaning" / "pages" / "block_weights.json"
BY_FOLD = PROJECT / "benchmarks" / "block_weights_folds.json"
PAGE_WEIGHT = 200.0
SNIPPETS_WEIGHT = 0.25
SNIPPET_TIMES = 5.0
# Of the blocks that only an extractor labelled a third is enough, weighing three times as much.
EXTRACTED_EVERY = 3


@dataclass(frozen=True, slots=True)
class LabelledBlocks:
    """`labels` is the share of each block's words that belong, `weights` what each counts in training."""

    page_id: str
    host: str
    texts: tuple[str, ...]
    features: Floats
    labels: Doubles
    weights: Doubles
    words: Floats


def label_page(page: Page) -> LabelledBlocks | None:
    logging.disable(logging.CRITICAL)
    content = page.read_html()
    root = parse_page(content)
    if isinstance(root, NoPage):
        return None
    blocks = read_page_blocks(root)
    if not blocks:
        return None
    head = read_page_head(root)
    texts = tuple(" ".join(block.text.split()) for block in blocks)
    kept = [extract(content, texts, favor_precision=careful) for careful in (True, False)]
    model = load_models()[fold_of(host_of(page.url))]
    looks = look_at_blocks(blocks, texts, head, model, head_titles(head))
    shares = np.sqrt(looks.words.astype(np.float64))
    if page.gold_body:
        labels, counted, weight = label_lines(list(texts), page.gold_body), np.ones(len(texts)), 1.0
    else:
        labels, counted = label_by_snippets(texts, page, kept[0], kept[1])
        weight = SNIPPETS_WEIGHT
    counted = counted * shares
    weights = counted / max(1e-9, counted.sum()) * PAGE_WEIGHT * weight
    return LabelledBlocks(page.page_id, host_of(page.url), texts, looks.features, labels, weights, looks.words)


def extract(content: bytes, texts: tuple[str, ...], *, favor_precision: bool) -> frozenset[int]:
    """The blocks that an extractor keeps: those whose words stand in its text."""
    text = trafilatura.extract(content, include_comments=False, favor_precision=favor_precision) or ""
    said = " " + " ".join(WORD.findall(text.casefold())) + " "
    kept = set()
    for at, each in enumerate(texts):
        words = " ".join(WORD.findall(each.casefold()))
        if words and f" {words} " in said:
            kept.add(at)
    return frozenset(kept)


def label_by_snippets(
    texts: tuple[str, ...], page: Page, careful: frozenset[int], wide: frozenset[int]
) -> tuple[Doubles, Doubles]:
    labels, counted = np.zeros(len(texts)), np.zeros(len(texts))
    wanted = [squeeze(snippet) for snippet in page.must_contain]
    unwanted = [squeeze(snippet) for snippet in page.must_not_contain]
    has_extraction = bool(careful) and sum(len(texts[at]) for at in careful) > 300
    for at, text in enumerate(texts):
        squeezed = squeeze(text)
        if any(snippet in squeezed for snippet in wanted if snippet):
            labels[at], counted[at] = 1.0, SNIPPET_TIMES
        elif any(snippet in squeezed for snippet in unwanted if snippet):
            counted[at] = SNIPPET_TIMES
        elif has_extraction and (at in careful) == (at in wide) and at % EXTRACTED_EVERY == 0:
            labels[at], counted[at] = float(at in careful), EXTRACTED_EVERY
    return labels, counted


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def read_labelled(folder: Path) -> list[LabelledBlocks]:
    pages = [*read_pages(folder / "pages" / "scrapinghub"), *read_pages(folder / "pages" / "trafilatura")]
    with ProcessPoolExecutor(2) as pool:
        return [page for page in pool.map(label_page, pages, chunksize=10) if page is not None]


def fit(pages: list[LabelledBlocks], fold: int | None, options: Boosting) -> dict[str, object]:
    """A model of the pages that are not of hosts of the fold."""
    used = [page for page in pages if fold is None or fold_of(page.host) != fold]
    features = np.vstack([page.features for page in used])
    labels = np.concatenate([page.labels for page in used])
    weights = np.concatenate([page.weights for page in used])
    counted = weights > 0
    codes, cuts = cut_features(features[counted])
    bias, trees = fit_trees(codes, labels[counted], weights[counted], options)
    return as_json(ALL_FEATURES, cuts, bias, trees)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("BROADSHEET_TEST_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(default), help="folder of the test data")
    began = time.perf_counter()
    labelled = read_labelled(parser.parse_args().data)
    blocks = sum(len(page.labels) for page in labelled)
    print(f"{len(labelled)} pages, {blocks} blocks, {time.perf_counter() - began:.0f} s", flush=True)
    with ProcessPoolExecutor(2) as pool:
        *by_fold, shipped = pool.map(partial(fit, labelled, options=Boosting()), [*range(FOLDS), None])
    BY_FOLD.write_text(json.dumps(by_fold, separators=(",", ":")) + "\n", encoding="utf-8")
    SHIPPED.write_text(json.dumps(shipped, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {SHIPPED} ({SHIPPED.stat().st_size} bytes) and {BY_FOLD}, {time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    main()
