"""How well an article is found in the visible text of a whole news page.

    python benchmarks/eval_extraction.py [--data DIR] [--json]

Body, over the pages of pages/scrapinghub, each text read alone: words are runs of letters and digits in lower case,
counted with their multiplicity. Precision is the share of the words kept that the hand-made body holds, recall the
share of that body's words that were kept, F1 their harmonic mean; each is averaged over pages (macro). Peers in the
same run: every line kept, and the simple rule "lines of ten words or more that end like a sentence".
Every page is read with a line model that was trained without the pages of its host
(benchmarks/line_weights_folds.json); the weights that ship were trained on all pages and are not what is reported here.
Halves are halves of the sites, by hash of the host: rules were chosen looking at half 0.

Title, author, date, over the pages of pages/trafilatura that have a gold one: exact means equal after folding case
and punctuation, for authors equal sets of names. Reported, not a floor.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pages import WORD, Page, fold_of, half_of, host_of, read_pages

from indexer.article import Article, Place, ReadArticle
from indexer.cleaning.line_model import LineModel
from indexer.readers.scraped_text import read_scraped_text

BY_FOLD = Path(__file__).resolve().parent / "line_weights_folds.json"
EMPTY = Article()
Scores = tuple[float, float, float]


def score_words(kept: str, gold: str) -> Scores:
    """Precision, recall and F1 of the words kept, as bags."""
    of_kept, of_gold = Counter(WORD.findall(kept.lower())), Counter(WORD.findall(gold.lower()))
    shared = sum((of_kept & of_gold).values())
    precision = shared / max(1, sum(of_kept.values()))
    recall = shared / max(1, sum(of_gold.values()))
    return precision, recall, 2 * precision * recall / (precision + recall) if shared else 0.0


def keep_sentences(text: str) -> str:
    """The simple rule: lines of ten words or more that end like a sentence."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if len(line.split()) >= 10 and line[-1] in ".!?…\"'”’)")


def load_models() -> list[LineModel]:
    return [LineModel.from_json(weights) for weights in json.loads(BY_FOLD.read_text(encoding="utf-8"))]


def read_page(page: Page, models: list[LineModel]) -> Article:
    """The page's article, by the model that has not seen its site."""
    outcome = read_scraped_text(page.text, Place(page.page_id), model=models[fold_of(host_of(page.url))])
    return outcome.article if isinstance(outcome, ReadArticle) else EMPTY


def average(scores: list[Scores]) -> Scores:
    count = max(1, len(scores))
    precision, recall, f1 = (sum(score[at] for score in scores) / count for at in range(3))
    return precision, recall, f1


def measure_bodies(pages: list[Page], models: list[LineModel]) -> dict[str, dict[str, Scores]]:
    """Method -> "all", "half 0", "half 1" -> scores."""
    methods: dict[str, Callable[[Page], str]] = {
        "keep everything": lambda page: page.text,
        "ten words and a stop": lambda page: keep_sentences(page.text),
        "broadsheet": lambda page: read_page(page, models).body,
    }
    table = {}
    for name, keep in methods.items():
        by_half: dict[int, list[Scores]] = {0: [], 1: []}
        for page in pages:
            by_half[half_of(host_of(page.url))].append(score_words(keep(page), page.gold_body))
        table[name] = {
            "half 0": average(by_half[0]),
            "half 1": average(by_half[1]),
            "all": average(by_half[0] + by_half[1]),
        }
    return table


def fold_words(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))


def measure_fields(pages: list[Page], models: list[LineModel]) -> dict[str, dict[str, float]]:
    """Field -> shares: right, wrong, absent, and on how many pages; each of all pages and of the halves' right ones."""
    asked: dict[str, list[tuple[bool, bool, int]]] = {"title": [], "author": [], "date": []}
    for page in pages:
        article, half = read_page(page, models), half_of(host_of(page.url))
        if page.gold_title:
            right = fold_words(article.title) == fold_words(page.gold_title)
            asked["title"].append((right, bool(article.title), half))
        if page.gold_authors:
            names = frozenset(fold_words(name) for name in article.author)
            asked["author"].append((names == frozenset(map(fold_words, page.gold_authors)), bool(names), half))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", page.gold_date):
            asked["date"].append((article.published.on == page.gold_date, article.published.on is not None, half))
    return {
        field: {
            "pages": float(len(answers)),
            "right": _share([right for right, _, _ in answers]),
            "wrong": _share([is_given and not right for right, is_given, _ in answers]),
            "absent": _share([not is_given for _, is_given, _ in answers]),
            "right, half 0": _share([right for right, _, half in answers if half == 0]),
            "right, half 1": _share([right for right, _, half in answers if half == 1]),
        }
        for field, answers in asked.items()
    }


def _share(flags: list[bool]) -> float:
    return sum(flags) / max(1, len(flags))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("BROADSHEET_TEST_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default, help="folder of the test data")
    parser.add_argument("--json", action="store_true", help="bodies only, one JSON object on standard output")
    options = parser.parse_args()
    if not (options.data / "pages" / "scrapinghub").is_dir():
        parser.error(f"{options.data} has no pages/scrapinghub; give the folder of the test data with --data")
    models = load_models()
    pages = read_pages(options.data / "pages" / "scrapinghub")
    bodies = measure_bodies(pages, models)
    if options.json:
        print(json.dumps({"pages": len(pages), "bodies": bodies}))
        return
    print(
        f"bodies of {len(pages)} pages of text   half 0: P     R    F1    half 1: P     R    F1    all: P     R    F1"
    )
    for name, halves in bodies.items():
        figures = ["  ".join(f"{score:.3f}" for score in halves[half]) for half in ("half 0", "half 1", "all")]
        print(f"{name:27s}      {'       '.join(figures)}")
    others = read_pages(options.data / "pages" / "trafilatura")
    began = time.perf_counter()
    fields = measure_fields(others, models)
    took_s = time.perf_counter() - began
    print(f"\nfields of {len(others)} pages of text, {len(others) / took_s:.0f} pages a second")
    for field, shares in fields.items():
        figures = "  ".join(f"{name} {share:.1%}" for name, share in shares.items() if name != "pages")
        print(f"{field:8s} on {shares['pages']:.0f} pages:  {figures}")


if __name__ == "__main__":
    main()
