import ast
from pathlib import Path

import pytest

from indexer.analysis.analyzer import Analyzer

ANALYZER = Analyzer()
CASES = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("golden_terms.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def show_text(text, lang):
    return "; ".join(
        f"{token.position}{'' if token.width == 1 else f'+{token.width}'} "
        f"{'|'.join(token.surfaces)}>{'|'.join(token.terms)}"
        for token in ANALYZER.analyse(text, lang).tokens
    )


def show_typed(text, langs, quoted):
    return "; ".join(
        ("!" if word.is_stop_word else "") + "|".join("_".join(run) for run in word.alternatives)
        for word in ANALYZER.read_words(text, langs, quoted=quoted)
    )


def test_golden_table_is_large_enough_to_mean_something():
    assert len(CASES) >= 80


@pytest.mark.parametrize(("kind", "langs", "literal", "expected"), CASES)
def test_text_or_typed_word_gives_the_golden_terms(kind, langs, literal, expected):
    text = ast.literal_eval(literal)
    if kind == "text":
        assert show_text(text, langs) == expected
    else:
        assert show_typed(text, tuple(langs.split()), kind == "quoted") == expected
