"""How well an article is found in the HTML of a news page, beside an extractor that many use and beside plain text.

    python benchmarks/eval_html.py [--data DIR] [--json] [--every N] [--peers NAME,...]

Bodies, over pages/scrapinghub: word F1 as in eval_extraction.py, macro, against hand-made bodies. Snippets, over
pages/trafilatura: of the texts that must be in the body the share that is (recall), and of all snippets found in it,
wanted and unwanted ones, the share of wanted ones (precision). Title, author and date over the pages there that have a
gold one: exact means equal after folding case and punctuation, for authors equal sets of names; malformed gold dates
are left out. A date counts as wrong where one is given and is not the gold one; of the dates called sure the share of
wrong ones is told.

Peers in the same run: trafilatura as it comes, its precision mode, and every block of the page kept. Every page is read
with models that were trained without the pages of its host; the weights that ship have seen every page and are not what
is reported here. Halves are halves of the sites, by hash of the host: rules were chosen looking at half 0. `--every N`
takes a fixed sample, every Nth page of pages/trafilatura by hash of its name.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path

from pages import Page, fold_of, half_of, host_of, read_pages, split_names

from indexer.article import Article, Place, ReadArticle
from indexer.cleaning.line_model import LineModel
from indexer.cleaning.pages.block_model import BlockModel
from indexer.cleaning.pages.blocks import read_page_blocks
from indexer.cleaning.pages.page_body import PageModels
from indexer.cleaning.pages.tree import NoPage, parse_page
from indexer.readers.html_page import read_html_page

HERE = Path(__file__).resolve().parent
PEERS = ("broadsheet", "trafilatura", "trafilatura precision", "keep everything")
FIELD_PEERS = ("broadsheet", "trafilatura")
HALVES = ("half 0", "half 1", "all")
#: Gold dates reach to 2023; with a day of today the same page would be read otherwise each year.
TODAY = date(2026, 1, 1)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one method says of one page."""

    body: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    day: str = ""
    is_sure: bool = False
    took_s: float = 0.0


@cache
def load_page_models() -> list[PageModels]:
    lines = json.loads((HERE / "line_weights_folds.json").read_text(encoding="utf-8"))
    blocks = json.loads((HERE / "block_weights_folds.json").read_text(encoding="utf-8"))
    return [
        PageModels(LineModel.from_json(line), BlockModel.from_json(block))
        for line, block in zip(lines, blocks, strict=True)
    ]


def ask_broadsheet(page: Page) -> Answer:
    models, content = load_page_models()[fold_of(host_of(page.url))], page.read_html()
    began = time.process_time()
    outcome = read_html_page(content, Place(page.page_id), address=page.url, today=TODAY, models=models)
    took_s = time.process_time() - began
    article = outcome.article if isinstance(outcome, ReadArticle) else Article()
    published = article.published
    return Answer(
        article.body, article.title, article.author, published.on or "", published.confidence == "sure", took_s
    )


def ask_trafilatura(page: Page, *, favor_precision: bool = False) -> Answer:
    import trafilatura  # noqa: PLC0415 slow to import; not needed by every peer

    logging.disable(logging.CRITICAL)
    content = page.read_html()
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = trafilatura.bare_extraction(
            content,
            url=page.url,
            include_comments=False,
            favor_precision=favor_precision,
            with_metadata=not favor_precision,
        )
    took_s = time.process_time() - began
    if said is None or isinstance(said, dict):
        return Answer(took_s=took_s)
    return Answer(said.text or "", said.title or "", split_names(said.author or ""), said.date or "", took_s=took_s)


def keep_everything(page: Page) -> Answer:
    root = parse_page(page.read_html())
    return Answer("" if isinstance(root, NoPage) else "\n".join(block.text for block in read_page_blocks(root)))


METHODS = {
    "broadsheet": ask_broadsheet,
    "trafilatura": ask_trafilatura,
    "trafilatura precision": partial(ask_trafilatura, favor_precision=True),
    "keep everything": keep_everything,
}


def ask(page: Page, peers: tuple[str, ...]) -> dict[str, Answer]:
    return {name: METHODS[name](page) for name in peers}


def score_words(kept: str, gold: str) -> tuple[float, float, float]:
    from eval_extraction import score_words as score  # noqa: PLC0415 that script asks for this one

    return score(kept, gold)


def by_halves(pages: list[Page], values: list[float]) -> dict[str, float]:
    """The mean over each half of the sites and over all."""
    halves = [half_of(host_of(page.url)) for page in pages]
    groups = {"half 0": 0, "half 1": 1, "all": None}
    return {
        name: sum(value for value, half in zip(values, halves, strict=True) if wanted in {None, half})
        / max(1, sum(wanted in {None, half} for half in halves))
        for name, wanted in groups.items()
    }


def measure_bodies(
    pages: list[Page], answers: list[dict[str, Answer]], peers: tuple[str, ...]
) -> dict[str, dict[str, dict[str, float]]]:
    """Peer -> "precision", "recall", "f1" -> half -> mean."""
    table = {}
    for peer in peers:
        scores = [score_words(answer[peer].body, page.gold_body) for page, answer in zip(pages, answers, strict=True)]
        table[peer] = {
            name: by_halves(pages, [score[at] for score in scores])
            for at, name in enumerate(("precision", "recall", "f1"))
        }
    return table


def measure_snippets(
    pages: list[Page], answers: list[dict[str, Answer]], peers: tuple[str, ...]
) -> dict[str, dict[str, dict[str, float]]]:
    table: dict[str, dict[str, dict[str, float]]] = {}
    for peer in peers:
        table[peer] = {"precision": {}, "recall": {}, "f1": {}}
        for half, wanted_half in (("half 0", 0), ("half 1", 1), ("all", None)):
            found = missed = unwanted = 0
            for page, answer in zip(pages, answers, strict=True):
                if wanted_half in {None, half_of(host_of(page.url))}:
                    body = squeeze(answer[peer].body)
                    here = sum(squeeze(snippet) in body for snippet in page.must_contain)
                    found += here
                    missed += len(page.must_contain) - here
                    unwanted += sum(squeeze(snippet) in body for snippet in page.must_not_contain)
            precision, recall = found / max(1, found + unwanted), found / max(1, found + missed)
            table[peer]["precision"][half], table[peer]["recall"][half] = precision, recall
            table[peer]["f1"][half] = 2 * precision * recall / max(1e-9, precision + recall)
    return table


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def fold_words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def fold_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold_words(part) for name in names for part in split_names(name)) - {""}


def measure_fields(
    pages: list[Page], answers: list[dict[str, Answer]], peers: tuple[str, ...]
) -> dict[str, dict[str, dict[str, float]]]:
    """Peer -> what was measured -> half -> share."""
    table: dict[str, dict[str, dict[str, float]]] = {}
    for peer in peers:
        said = [(page, answer[peer]) for page, answer in zip(pages, answers, strict=True)]
        titled = [
            (page, fold_words(answer.title) == fold_words(page.gold_title)) for page, answer in said if page.gold_title
        ]
        signed = [
            (page, fold_names(answer.authors) == fold_names(page.gold_authors))
            for page, answer in said
            if page.gold_authors
        ]
        dated = [(page, answer) for page, answer in said if is_day(page.gold_date)]
        sure = [(page, answer.day != page.gold_date) for page, answer in dated if answer.is_sure]
        table[peer] = {
            "title right": _share(titled),
            "author right": _share(signed),
            "date right": _share([(page, answer.day == page.gold_date) for page, answer in dated]),
            "date wrong": _share([(page, answer.day not in {"", page.gold_date}) for page, answer in dated]),
            "date sure": _share([(page, answer.is_sure) for page, answer in dated]),
            "sure wrong": _share(sure),
        }
    return table


def is_day(text: str) -> bool:
    """Whether it is a day at all: four of the gold dates are none (2022-29-11)."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _share(answers: list[tuple[Page, bool]]) -> dict[str, float]:
    return by_halves([page for page, _ in answers], [float(is_so) for _, is_so in answers])


def is_in_sample(page: Page, every: int) -> bool:
    return int.from_bytes(blake2b(page.page_id.encode(), digest_size=4).digest()) % every == 0


def measure(data: Path, peers: tuple[str, ...], every: int = 1, workers: int = 2) -> dict[str, object]:
    """Everything that is reported, as JSON."""
    articles = read_pages(data / "pages" / "scrapinghub")
    others = [page for page in read_pages(data / "pages" / "trafilatura") if is_in_sample(page, every)]
    field_peers = tuple(peer for peer in peers if peer in FIELD_PEERS)
    with ProcessPoolExecutor(workers) as pool:
        answers = list(pool.map(partial(ask, peers=peers), [*articles, *others], chunksize=8))
    of_articles, of_others = answers[: len(articles)], answers[len(articles) :]
    return {
        "pages": len(articles),
        "other pages": len(others),
        "bodies": measure_bodies(articles, of_articles, peers),
        "snippets": measure_snippets(others, of_others, peers),
        "fields": measure_fields(others, of_others, field_peers),
        "ms a page": {peer: 1000 * sum(answer[peer].took_s for answer in answers) / len(answers) for peer in peers},
    }


def show(measured: dict[str, object]) -> None:
    print(f"bodies of {measured['pages']} pages of HTML, word F1; snippets of {measured['other pages']} pages")
    for part in ("bodies", "snippets"):
        for peer, scores in measured[part].items():  # type: ignore[attr-defined]
            figures = "   ".join(
                f"{half}: P {scores['precision'][half]:.3f} R {scores['recall'][half]:.3f} F1 {scores['f1'][half]:.4f}"
                for half in HALVES
            )
            print(f"{part:8s}  {peer:22s} {figures}")
    for peer, shares in measured["fields"].items():  # type: ignore[attr-defined]
        for name, halves in shares.items():
            print(f"{name:12s} {peer:22s} " + "   ".join(f"{half}: {halves[half]:.1%}" for half in HALVES))
    for peer, took_ms in measured["ms a page"].items():  # type: ignore[attr-defined]
        print(f"{took_ms:6.1f} ms of processor time a page: {peer}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("BROADSHEET_TEST_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default, help="folder of the test data")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--every", type=int, default=1, help="every Nth page of pages/trafilatura")
    parser.add_argument("--peers", default=",".join(PEERS), help="which methods, separated by commas")
    options = parser.parse_args()
    measured = measure(options.data, tuple(options.peers.split(",")), options.every)
    if options.json:
        print(json.dumps(measured))
    else:
        show(measured)


if __name__ == "__main__":
    main()
