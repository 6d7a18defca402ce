"""What it is worth to know a source's other pages: bodies found in the text of one page, alone and among its sisters.

    python benchmarks/eval_furniture.py [--data DIR] [--json]

Over pages/scrapinghub, word F1 of bodies as in eval_extraction.py, each page read by a line model that was trained
without the pages of its host. No gold body is ever looked at to learn what is furniture: that is learnt from the lines
of the pages alone.

Two pages: the 55 hosts of which the data has two pages, each read with the lines that both have. The product asks for
three pages at least, so this is less than it would learn.

Ten pages: the data has no host with ten, so nine sisters are made for each page, from the bodies of nine pages of other
hosts in the frame of this one. How much of a frame comes again is taken from the real pairs: of the lines outside the
bodies, the share that stands on the sister page too, by the number of their words. So many of a page's lines, drawn by
their hash, are on all its sisters, and the rest on none. Learnt by the product's own rules.

Keep everything, and keep everything but the lines that were learnt, are measured beside: the lift without any model.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from eval_extraction import Scores, average, load_models, score_words
from pages import Page, fold_of, half_of, host_of, read_pages
from train_lines import label_lines

from indexer.article import Place, ReadArticle
from indexer.cleaning.line_model import LineModel
from indexer.cleaning.lines import clean_line
from indexer.cleaning.page_lines import count_words
from indexer.cleaning.repeated_lines import digest_line, learn_lines, take_print
from indexer.learnt import LEAST_PAGES
from indexer.readers.scraped_text import read_scraped_text

_SISTERS = 9
_BODY_SHARE = 0.5
_BUCKETS = (1, 2, 4, 8, 16)
_DIGEST_VALUES = 2**32


@dataclass(frozen=True, slots=True)
class FramedPage:
    """A page's lines, and which of them are its hand-made body's."""

    page: Page
    lines: tuple[str, ...]
    is_body: tuple[bool, ...]


def frame_page(page: Page) -> FramedPage:
    lines = tuple(filter(None, map(clean_line, page.text.split("\n"))))
    labels = label_lines(list(lines), page.gold_body)
    return FramedPage(page, lines, tuple(float(label) >= _BODY_SHARE for label in labels))


def share_by_words(pairs: list[tuple[FramedPage, FramedPage]]) -> dict[int, float]:
    """Bucket of a line's number of words -> share of the lines outside bodies that the sister page has as well."""
    seen: dict[int, int] = defaultdict(int)
    shared: dict[int, int] = defaultdict(int)
    for one, other in (*pairs, *((second, first) for first, second in pairs)):
        of_other = set(map(digest_line, other.lines))
        for line, is_body in zip(one.lines, one.is_body, strict=True):
            if not is_body:
                seen[_bucket(line)] += 1
                shared[_bucket(line)] += digest_line(line) in of_other
    return {bucket: shared[bucket] / seen[bucket] for bucket in seen}


def make_sisters(framed: FramedPage, others: list[FramedPage], shares: dict[int, float]) -> list[list[str]]:
    """The lines of nine pages that stand in this one's frame and tell what other pages tell."""
    comes_again = [
        not is_body and _draw(framed.page.page_id + line) < shares.get(_bucket(line), 0.0)
        for line, is_body in zip(framed.lines, framed.is_body, strict=True)
    ]
    first = framed.is_body.index(True) if any(framed.is_body) else len(framed.lines)
    above = [line for line, again in zip(framed.lines[:first], comes_again[:first], strict=True) if again]
    below = [line for line, again in zip(framed.lines[first:], comes_again[first:], strict=True) if again]
    return [[*above, *_body_of(other), *below] for other in others]


def _body_of(framed: FramedPage) -> list[str]:
    return [line for line, is_body in zip(framed.lines, framed.is_body, strict=True) if is_body]


def _bucket(line: str) -> int:
    return sum(count_words(line) >= least for least in _BUCKETS)


def _draw(text: str) -> float:
    return int.from_bytes(blake2b(text.encode("utf-8"), digest_size=4).digest()) / _DIGEST_VALUES


def measure(page: Page, models: list[LineModel], learnt: frozenset[int] | None) -> dict[str, Scores]:
    """Method -> its scores on the page. `learnt` None is the page alone."""
    known = None if learnt is None else lambda _source: learnt
    outcome = read_scraped_text(page.text, Place(page.page_id), model=models[fold_of(host_of(page.url))], known=known)
    body = outcome.article.body if isinstance(outcome, ReadArticle) else ""
    kept = [line for line in page.text.split("\n") if digest_line(clean_line(line)) not in (learnt or ())]
    return {
        "broadsheet": score_words(body, page.gold_body),
        "keep everything": score_words("\n".join(kept), page.gold_body),
    }


def compare(
    pages: list[Page], models: list[LineModel], learnt: dict[str, frozenset[int]]
) -> dict[str, dict[str, Scores]]:
    """Method, alone and among sisters -> scores on all pages and on each half of the hosts."""
    scores: dict[str, list[tuple[int, Scores]]] = defaultdict(list)
    for page in pages:
        half = half_of(host_of(page.url))
        for named, known in (("alone", None), ("among its sisters", learnt[page.page_id])):
            for method, score in measure(page, models, known).items():
                scores[f"{method}, {named}"].append((half, score))
    return {
        name: {
            "half 0": average([score for half, score in of_pages if half == 0]),
            "half 1": average([score for half, score in of_pages if half == 1]),
            "all": average([score for _, score in of_pages]),
        }
        for name, of_pages in sorted(scores.items())
    }


def run(data: Path) -> dict[str, dict[str, object]]:
    models = load_models()
    pages = read_pages(data / "pages" / "scrapinghub")
    framed = {page.page_id: frame_page(page) for page in pages}
    by_host: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        by_host[host_of(page.url)].append(page)
    twins = [both for both in by_host.values() if len(both) == 2]
    of_two = {
        page.page_id: learn_lines([take_print(framed[each.page_id].lines) for each in both], len(both))
        for both in twins
        for page in both
    }
    shares = share_by_words([(framed[one.page_id], framed[other.page_id]) for one, other in twins])
    of_ten: dict[str, frozenset[int]] = {}
    for at, page in enumerate(pages):
        others = [framed[each.page_id] for each in [*pages, *pages][at + 1 :] if host_of(each.url) != host_of(page.url)]
        sisters = make_sisters(framed[page.page_id], others[:_SISTERS], shares)
        prints = [take_print(lines) for lines in (list(framed[page.page_id].lines), *sisters)]
        of_ten[page.page_id] = learn_lines(prints, LEAST_PAGES)
    in_pairs = [page for both in twins for page in both]
    return {
        "two pages": {"pages": len(in_pairs), "bodies": compare(in_pairs, models, of_two)},
        "ten pages": {"pages": len(pages), "bodies": compare(pages, models, of_ten)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("BROADSHEET_TEST_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default, help="folder of the test data")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    if not (options.data / "pages" / "scrapinghub").is_dir():
        parser.error(f"{options.data} has no pages/scrapinghub; give the folder of the test data with --data")
    measured = run(options.data)
    if options.json:
        print(json.dumps(measured))
        return
    for name, told in measured.items():
        print(f"\n{name} of a source, {told['pages']} pages of text     half 0: P     R    F1    half 1: P     R    F1"
              "    all: P     R    F1")  # fmt: skip
        for method, halves in dict(told["bodies"]).items():  # type: ignore[call-overload]
            figures = ["  ".join(f"{score:.3f}" for score in halves[half]) for half in ("half 0", "half 1", "all")]
            print(f"{method:38s}     {'       '.join(figures)}")


if __name__ == "__main__":
    main()
