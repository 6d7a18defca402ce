"""What an index offers for misspelt words, and how long that, suggestions and "more like this" take.

    python -m benchmarks.eval_words INDEX [--rounds N] [--seed N]

Slips are put into words of headlines drawn from the index itself: a letter left out, put in, changed, or two turned
round, each as likely. An offer is right where it is the word that was there; a slip that makes another word of the
archive cannot be put right by anybody, and counts as a miss. Suggestions are asked for the beginnings of headlines and
of names, from two letters on, as somebody types them. Times are of this thread's processor, without HTTP: median,
95th percentile and worst, each of the first time that something is asked.
"""

from __future__ import annotations

import argparse
import random
import string
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from indexer.analysis.analyzer import Analyzer
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import FacetRequest
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.similar import SimilarRequest
from searchapp.warming import warm_up

LEAST_CHARS = 4
SAMPLE = 100
PAGES = 20


def slip(word: str, drawn: random.Random) -> str:
    """The word with one slip of the hand in it."""
    at = drawn.randrange(len(word))
    letter = drawn.choice(string.ascii_lowercase)
    turned = min(at, len(word) - 2)
    return drawn.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:turned] + word[turned + 1] + word[turned] + word[turned + 2 :],
        )
    )


def draw_headlines(service: SearchService, drawn: random.Random) -> list[tuple[str, str]]:
    """Ids and headlines from all over the archive."""
    total = service.facts().articles
    pages = {drawn.randrange(1, max(2, min(total, 10_000) // SAMPLE)) for _ in range(PAGES)}
    requests = [SearchRequest(sort="newest", page=page, per_page=SAMPLE) for page in sorted(pages)]
    return [(hit.stored.id, hit.stored.article.title) for request in requests for hit in service.search(request).hits]


def measure_offers(service: SearchService, headlines: Sequence[str], rounds: int, drawn: random.Random) -> None:
    for slips in (1, 2):
        for beside in (0, 1):
            right = wrong = none = 0
            times: list[float] = []
            while right + wrong + none < rounds:
                words = [word for word in drawn.choice(headlines).lower().split() if word.isalpha()]
                words = [word for word in words if len(word) >= LEAST_CHARS * slips][: 1 + beside]
                if len(words) <= beside:
                    continue
                typed = words[0]
                for _ in range(slips):
                    typed = slip(typed, drawn)
                if typed == words[0]:
                    continue
                q = " ".join((typed, *words[1:]))
                started = time.thread_time()
                meant = service.search(SearchRequest(q=q)).did_you_mean
                times.append(time.thread_time() - started)
                if meant is None:
                    none += 1
                elif meant.q.lower().split()[0] == words[0]:
                    right += 1
                else:
                    wrong += 1
            print(
                f"{slips} slip(s), {beside} word(s) beside: right {right / rounds:.0%}, another {wrong / rounds:.0%}, "
                f"none {none / rounds:.0%}; {show_times(times)}"
            )


def measure(name: str, asked: Sequence[str], ask: Callable[[str], object]) -> None:
    times = []
    for each in asked:
        started = time.thread_time()
        ask(each)
        times.append(time.thread_time() - started)
    print(f"{name}, {len(asked)} different: {show_times(times)}")


def show_times(seconds: Sequence[float]) -> str:
    ordered = sorted(each * 1000 for each in seconds)
    at = (len(ordered) // 2, len(ordered) * 95 // 100, len(ordered) - 1)
    return "median {:.2f}, 95th {:.2f}, worst {:.2f} ms".format(*(ordered[place] for place in at))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1987)
    options = parser.parse_args()
    drawn = random.Random(options.seed)
    warm_up(print)
    service = SearchService(WhooshEngine(options.index), Analyzer(), Settings(), date.today)
    articles = draw_headlines(service, drawn)
    print(f"{service.facts().articles:,} articles")
    measure_offers(service, [title for _, title in articles], options.rounds, drawn)
    names = [each.value for facet in service.browse((FacetRequest("author", 50),)) for each in facet.counts]
    typed = [*(title for _, title in drawn.sample(articles, min(50, len(articles)))), *names]
    starts = dict.fromkeys(text[:chars].lower() for text in typed for chars in range(2, min(len(text), 16)))
    # What a plain search costs in the same minute tells how busy the machine is.
    measure("searches", tuple(starts), lambda text: service.search(SearchRequest(q=f"{text} the", match="any")))
    measure("suggestions", tuple(starts), service.suggest)
    similar = tuple(each for each, _ in drawn.sample(articles, min(options.rounds, len(articles))))
    measure("more like this", similar, lambda article_id: service.similar(SimilarRequest(article_id)))


if __name__ == "__main__":
    main()
