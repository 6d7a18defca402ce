"""Three hundred articles in nine languages, drawn from words that the tables of queries ask for, and how they are
written: in several commits, a part of them changed or removed again. The same on every run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from indexer.article import Article, Published

ARTICLES: Final = 300
COMMITS: Final = 3

#: By language: words, some of them more than one, in the forms that papers print.
WORDS: Final = {
    "en": (
        "mine mines minefield minefields map maps chart charts plan plans danger talks ceasefire peace war summit "
        "minister ministers resign protest protests protester government organisation organization women woman "
        "well-being wellbeing human rights U.S. US us NATO AT&T G7 Plan B the of and or not to be was near résumé "
        "resume Aliyev Aliev Aliyeva Əliyev Erdoğan Baku Armenia Azerbaijan Paris London 02091-C-71 covid-19 COVID 19 "
        "state-of-the-art 3.5 15:29 AC/DC workers’ don’t one two three prints guns headline degrees people bar"
    ),
    "de": "Minen Mine Karte Karten Wahl Wahlen Präsident Straße Strassen Frieden Gefahr und die Müller Mueller NATO",
    "fr": "mine mines carte cartes président élection élections l’homme droits paix danger d’État et la résumé à été",
    "es": "mina minas mapa mapas elección elecciones presidente peligro paz niño año el la de y protesta protestas",
    "ru": "мины мина карта карты выборы план война и мир не Алиев президент НАТО опасность или снова",
    "az": "mina minalar xəritə xəritələr seçki seçkilər prezident Əliyev sülh və təhlükə Bakı ABŞ",
    "tr": "mayın mayınlar harita haritalar seçim ISPARTA İstanbul ılık barış ve tehlike Erdoğan",
    "ja": "地雷 地図 平和 日本の新聞 東京 大統領 選挙 地雷の地図",
    "und": "mine map plan Xyzzy 3.5 02091-C-71 US",
}
_PHRASES: Final = (
    "human rights",
    "ceasefire talks",
    "the human rights of women",
    "ceasefire and peace talks",
    "rights human",
    "well being",
    "mine map",
    "map of a mine",
    "Vafa Ismayilova",
)
_SOURCES: Final = ("", "Reuters", "Azernews.Az", "The Star", "Le Monde", "Тасс")
_AUTHORS: Final = ("Vafa Ismayilova", "Ada Lorne", "John Smith", "Smith Jones", "Ən Xəbər", "O’Brien")
_TAGS: Final = ("sport", "land mines", "politics", "Économie")
_DAYS: Final = (
    *(
        None,
        None,
        "2018",
        "2019-12",
        "2020",
        "2020-02-29",
        "2020-05",
        "2021-03",
        "2021-03-05",
        "2021-03-06",
        "2021-03-11",
    ),
    *("2021-03-12", "2021-03-12", "2021-03-13", "2021-04-01", "2022-01-01", "1968-03", "2016-07-01"),
)


def first_articles() -> tuple[Article, ...]:
    chosen = random.Random(3)
    return tuple(_invent(chosen, number) for number in range(ARTICLES))


def write_in_commits(articles: Sequence[Article]) -> tuple[tuple[tuple[Article, ...], tuple[str, ...]], ...]:
    """What is written and which ids are removed, commit by commit; the later ones change articles of the first."""
    chosen = random.Random(5)
    third = len(articles) // COMMITS
    changed = [
        replace(each, title=f"{each.title} corrected", body=each.body[: len(each.body) // 2])
        for each in chosen.sample(articles[:third], 20)
    ]
    removed = [each.id for each in chosen.sample(articles[third : 2 * third], 15)]
    return (
        (articles[:third], ()),
        (articles[third : 2 * third], ()),
        ((*articles[2 * third :], *changed), tuple(removed)),
    )


def _invent(chosen: random.Random, number: int) -> Article:
    is_report = number % 40 >= 38  # which two outlets print
    if is_report:
        chosen = random.Random(f"report {number // 40}")
    lang = chosen.choices(list(WORDS), weights=[10, 2, 2, 2, 2, 2, 1, 1, 1])[0]
    words = WORDS[lang].split()
    title = " ".join(chosen.choices(words, k=chosen.randrange(1, 7)))
    if chosen.random() < 0.15:
        title = title.upper()
    sentences = []
    for _ in range(6 if is_report else chosen.randrange(1, 5)):
        said = chosen.choices(words, k=chosen.randrange(3, 14))
        if lang == "en" and chosen.random() < 0.5:
            said.insert(chosen.randrange(len(said)), chosen.choice(_PHRASES))
        sentences.append(" ".join(said) + ".")
    body = chosen.choice([" ", "\n\n"]).join(sentences)
    if chosen.random() < 0.1:
        body = f"WORLD NEWS: {' '.join(chosen.choices(words, k=5)).upper()}\n{body} mine-\nfields"
    chosen = random.Random(number)
    on = chosen.choice(_DAYS)
    at = None
    if on is not None and len(on) == 10 and chosen.random() < 0.5:
        at = datetime.fromisoformat(f"{on}T{chosen.randrange(24):02d}:{chosen.randrange(60):02d}:00+04:00")
    return Article(
        title=title,
        body=body,
        author=tuple(chosen.sample(_AUTHORS, chosen.choice([0, 1, 1, 2]))),
        source=chosen.choice(_SOURCES),
        url=f"https://news.example/{number}" if number % 3 else None,
        published=Published(on, at),
        lang={"en": chosen.choice(["en", "en", "en-GB"])}.get(lang, lang),
        tag=tuple(chosen.sample(_TAGS, chosen.choice([0, 0, 1, 2]))),
        external_id=f"n-{number}",
        collection=chosen.choice(["main", "main", "wires"]),
    )
