"""What is asked: words of the corpus, by two and three, headlines and phrases in turn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

from benchmarks.speed.articles import Corpus
from benchmarks.speed.made_queries import make_classes, take_sample
from benchmarks.speed.queries import Query, QueryClass

CLASSES: Final = ("OR of 2", "OR of 3", "headline", "phrase")
#: Different queries of a class: together more than any service keeps at hand.
PER_CLASS: Final = 250


def queries_in_turn(corpus: Corpus) -> tuple[Query, ...]:
    """The same corpus always gives the same ones."""
    return take_turns([each for each in make_classes(take_sample(corpus), PER_CLASS) if each.name in CLASSES])


def take_turns(classes: Sequence[QueryClass]) -> tuple[Query, ...]:
    """One of each class, again and again, for as long as every class has one left."""
    return tuple(chain.from_iterable(zip(*(each.queries for each in classes), strict=False)))
