"""The shapes of the endpoint's answers, field by field as the contract has them.

`answer.py` fills them, and the type checker holds it to them; the document of the endpoint is generated from them.
Plain dicts at run time, ready to be serialised. Offsets count code points.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

Spans = Annotated[
    tuple[tuple[int, int], ...],
    Meta(description="Stretches to be highlighted: where each starts and ends, in code points."),
]
Id = Annotated[str, Meta(description="Stays the same for as long as the article is known by the same key.")]
ExternalId = Annotated[str | None, Meta(description="The id that the article was given by its outlet.")]
Url = Annotated[
    str | None, Meta(description="Where the article was published, as given: check it before following it.")
]
Title = Annotated[str, Meta(description="The headline, without HTML; empty where it has none.")]
Authors = Annotated[tuple[str, ...], Meta(description="Names as the outlet printed them.")]
Source = Annotated[str | None, Meta(description="The outlet.")]
Lang = Annotated[str | None, Meta(description="The language (BCP 47).")]
Tags = Annotated[tuple[str, ...], Meta(description="Topics and places as the outlet gave them.")]
PublishedOn = Annotated[
    str | None, Meta(description="The outlet's own day, `2021-03-12`; `2021-03` or `2021` where no more is known.")
]
PublishedAt = Annotated[
    str | None, Meta(description="The instant (RFC 3339), only where the outlet printed time and zone.")
]


class ClauseAnswer(TypedDict):
    """One typed word or phrase as it was understood."""

    text: Annotated[str, Meta(description="As it was typed.")]
    field: Annotated[str | None, Meta(description="The field it is looked for in; null for title and body.")]
    terms: Annotated[tuple[str, ...], Meta(description="What was looked for; of a pattern, the most frequent forms.")]
    articles: Annotated[int, Meta(description="How many articles hold it, whatever else was asked.")]


class NoteAnswer(TypedDict):
    """What was put right in the query, or left out of it."""

    code: Annotated[str, Meta(description="One of those that docs/query-language.md lists; never renamed.")]
    at: Annotated[int, Meta(description="The code point of the query that it is about.")]
    message: Annotated[str, Meta(description="A sentence for people.")]


class ChangeAnswer(TypedDict):
    """A change of a search that found nothing, with which it finds something."""

    message: Annotated[str, Meta(description="What is changed, for people.")]
    total: Annotated[int, Meta(description="How many articles it finds: searched for, not guessed.")]
    q: Annotated[str, Meta(description="The changed query.")]
    match: Annotated[Literal["auto", "all", "any"], Meta(description="How its plain words are joined.")]
    without: Annotated[tuple[str, ...], Meta(description="Parameters that are left out.")]


class NoHitsAnswer(TypedDict):
    """Why a search found nothing, and what would find something."""

    reasons: Annotated[tuple[NoteAnswer, ...], Meta(description="Why, where that is known.")]
    changes: Annotated[tuple[ChangeAnswer, ...], Meta(description="The smallest changes first.")]


class QueryAnswer(TypedDict):
    """How the query was understood."""

    raw: Annotated[str, Meta(description="As it was typed.")]
    understood: Annotated[str, Meta(description="As it was searched, in words.")]
    clauses: Annotated[tuple[ClauseAnswer, ...], Meta(description="Its words and phrases, in the order typed.")]
    dropped: Annotated[tuple[str, ...], Meta(description="Words that are too common to count beside others.")]
    notes: Annotated[tuple[NoteAnswer, ...], Meta(description="What was not taken as typed; none is the rule.")]
    did_you_mean: Annotated[str | None, Meta(description="Another query that finds more.")]
    no_hits: Annotated[NoHitsAnswer | None, Meta(description="Only where nothing was found in time.")]


class SnippetAnswer(TypedDict):
    """A passage of the article's text."""

    text: Annotated[str, Meta(description="The passage as it stands in the article, without HTML.")]
    spans: Spans
    html: Annotated[str, Meta(description="`text` escaped for HTML, with the spans in `<mark>`.")]
    paragraph: Annotated[int, Meta(description="Which paragraph of the article it is from, counted from 1.")]
    paragraphs: Annotated[int, Meta(description="How many paragraphs the article has.")]


class StoryAnswer(TypedDict):
    """Articles that are the same piece, republished."""

    id: Annotated[str, Meta(description="The id of its first publication.")]
    articles: Annotated[int, Meta(description="How many articles it has.")]


class FieldPartAnswer(TypedDict):
    """What one field brings to a word's score."""

    field: Annotated[str, Meta(description="`title` or `body`.")]
    frequency: Annotated[float, Meta(description="How often the word stands there.")]
    length: Annotated[int, Meta(description="Words of the field.")]
    average_length: Annotated[float, Meta(description="Words of it in the average article.")]
    tf: Annotated[float, Meta(description="The frequency, weighted and normalised by length.")]


class ClausePartAnswer(TypedDict):
    """What a word brings to a score: typed * idf * tf / (1.4 + tf), tf summed over the fields."""

    text: Annotated[str, Meta(description="As it was typed.")]
    typed: Annotated[float, Meta(description="How often it was typed.")]
    idf: Annotated[float, Meta(description="How rare it is in the archive.")]
    score: Annotated[float, Meta(description="Its part of the score.")]
    fields: Annotated[tuple[FieldPartAnswer, ...], Meta(description="Where it stands.")]


class ExtraPartAnswer(TypedDict):
    """What else a score holds; docs/ranking.md says how it is reckoned."""

    name: Annotated[
        Literal["as_typed", "window", "adjacent", "near", "feedback"], Meta(description="Which part it is.")
    ]
    score: Annotated[float, Meta(description="Its part of the score.")]


class ExplanationAnswer(TypedDict):
    """What a score is the sum of."""

    clauses: Annotated[tuple[ClausePartAnswer, ...], Meta(description="BM25F, word by word.")]
    extras: Annotated[tuple[ExtraPartAnswer, ...], Meta(description="What ranking again added.")]


class HitAnswer(TypedDict):
    """An article that was found."""

    id: Id
    external_id: ExternalId
    url: Url
    title: Title
    title_spans: Spans
    author: Authors
    source: Source
    lang: Lang
    tag: Tags
    published_on: PublishedOn
    published_at: PublishedAt
    score: Annotated[float, Meta(description="Relevance, to be compared within one answer.")]
    all_words: Annotated[bool, Meta(description="Whether it has every word, or only some of them.")]
    snippets: Annotated[tuple[SnippetAnswer, ...], Meta(description="Up to three passages.")]
    story: Annotated[StoryAnswer | None, Meta(description="The story it belongs to, where there is one.")]
    explanation: NotRequired[
        Annotated[ExplanationAnswer | None, Meta(description="With `explain=1`; null where there was no time for it.")]
    ]


class CountedValue(TypedDict):
    """A value of a facet."""

    value: Annotated[str, Meta(description="As it is given to the parameter of the same name.")]
    count: Annotated[int, Meta(description="How many hits have it.")]
    chosen: Annotated[bool, Meta(description="Whether the search is narrowed to it.")]


class BucketAnswer(TypedDict):
    """A stretch of time."""

    start: Annotated[str, Meta(description="`2021`, `2021-03` or `2021-03-12`, by the interval.")]
    count: Annotated[int, Meta(description="How many hits are of it.")]
    of: Annotated[int, Meta(description="How many articles the whole archive has of it.")]


class HistogramAnswer(TypedDict):
    """Hits over time, without gaps."""

    interval: Annotated[Literal["day", "month", "year"], Meta(description="How long each stretch is.")]
    buckets: Annotated[tuple[BucketAnswer, ...], Meta(description="In order of time, those without hits as well.")]


class SearchAnswer(TypedDict):
    """A page of hits."""

    query: Annotated[QueryAnswer, Meta(description="How the query was understood.")]
    total: Annotated[int, Meta(description="How many articles were found.")]
    total_is_exact: Annotated[
        bool,
        Meta(description="False where the time was up before all were counted, or a part of the index did not answer."),
    ]
    total_all_words: Annotated[int, Meta(description="How many of them have every word: where the divider stands.")]
    timed_out: Annotated[bool, Meta(description="Whether the time was up; then these are the hits found by then.")]
    took_ms: Annotated[float, Meta(description="Milliseconds from the request to this answer.")]
    index_generation: Annotated[int, Meta(description="The commit that was searched.")]
    results: Annotated[tuple[HitAnswer, ...], Meta(description="The hits of this page, in order.")]
    facets: Annotated[
        dict[str, tuple[CountedValue, ...]],
        Meta(description="The facets that were asked for by name, the most frequent values first."),
    ]
    histogram: Annotated[HistogramAnswer | None, Meta(description="Where one was asked for.")]
    next: Annotated[
        str | None,
        Meta(description="Where the next hits are, for ten minutes; null where there are none, or time was up."),
    ]


class LineAnswer(TypedDict):
    """A line of the text as it was read."""

    text: Annotated[str, Meta(description="The line, without HTML.")]
    left_out: Annotated[str | None, Meta(description="Why it is no part of the article; null where it is one.")]


class ArticleAnswer(TypedDict):
    """What is stored of an article."""

    id: Id
    external_id: ExternalId
    url: Url
    title: Title
    author: Authors
    source: Source
    lang: Lang
    tag: Tags
    published_on: PublishedOn
    published_at: PublishedAt
    collection: Annotated[str, Meta(description="Part of its identity.")]
    date_precision: Annotated[
        Literal["second", "minute", "day", "month", "year", "none"], Meta(description="How exactly its date is known.")
    ]
    date_as_given: Annotated[str | None, Meta(description="The text that its date was read from.")]
    date_zone: Annotated[str | None, Meta(description="The time zone as it was printed there, understood or not.")]
    date_confidence: Annotated[
        Literal["sure", "likely", "none"],
        Meta(description="Of a date that was looked for in a page: whether independent parts of it agree on the day."),
    ]
    body: Annotated[str, Meta(description="The text; paragraphs are apart by an empty line.")]
    title_spans: NotRequired[Spans]
    body_spans: NotRequired[Spans]
    original: Annotated[tuple[LineAnswer, ...], Meta(description="The visible text line by line, furniture and all.")]
    extra: Annotated[dict[str, Any], Meta(description="Everything else that the article came with.")]


class ArticlesAnswer(TypedDict):
    """Articles that were asked for by a key."""

    total: Annotated[int, Meta(description="How many articles have it.")]
    results: Annotated[tuple[ArticleAnswer, ...], Meta(description="All of them.")]


class TellingWordAnswer(TypedDict):
    """A word that tells much of an article."""

    text: Annotated[str, Meta(description="As the article mostly writes it.")]
    term: Annotated[str, Meta(description="What was looked for.")]
    articles: Annotated[int, Meta(description="How many articles hold it.")]
    weight: Annotated[float, Meta(description="Its share of what was looked for; all of them add up to 1.")]


class SimilarAnswer(TypedDict):
    """Articles like one, best first."""

    id: Annotated[str, Meta(description="The article that they are like.")]
    words: Annotated[tuple[TellingWordAnswer, ...], Meta(description="What was looked for, the heaviest first.")]
    timed_out: Annotated[bool, Meta(description="Whether the time was up; then these are those found by then.")]
    took_ms: Annotated[float, Meta(description="Milliseconds from the request to this answer.")]
    index_generation: Annotated[int, Meta(description="The commit that was searched.")]
    results: Annotated[tuple[HitAnswer, ...], Meta(description="The articles, as a search finds them.")]


class PublicationAnswer(TypedDict):
    """One publication of a story."""

    id: Id
    external_id: ExternalId
    url: Url
    title: Title
    author: Authors
    source: Source
    lang: Lang
    published_on: PublishedOn
    published_at: PublishedAt


class PieceAnswer(TypedDict):
    """Words of a change."""

    kind: Annotated[
        Literal["same", "added", "left_out"],
        Meta(description="Whether they stand in both texts, in this one alone, or in the first publication alone."),
    ]
    text: Annotated[str, Meta(description="The words, a long stretch cut short.")]


class DifferencesAnswer(TypedDict):
    """What became of a text in a copy."""

    changes: Annotated[
        tuple[tuple[PieceAnswer, ...], ...],
        Meta(description="In the order of the text, each in pieces; none where only white space differs."),
    ]
    more: Annotated[int, Meta(description="How many more changes there are.")]
    is_whole: Annotated[bool, Meta(description="False where the texts are so long that their ends were not compared.")]


class PublicationsAnswer(TypedDict):
    """The story of an article."""

    id: Annotated[str, Meta(description="The id of its first publication.")]
    articles: Annotated[int, Meta(description="How many publications there are, this one among them.")]
    publications: Annotated[
        tuple[PublicationAnswer, ...], Meta(description="In the order of publication, 50 at most, this one among them.")
    ]
    differences: Annotated[
        DifferencesAnswer | None,
        Meta(description="What this article added to the first publication and left out; null where it is that one."),
    ]
    took_ms: Annotated[float, Meta(description="Milliseconds from the request to this answer.")]
    index_generation: Annotated[int, Meta(description="The commit that was searched.")]


class SuggestionAnswer(TypedDict):
    """What somebody who types may mean."""

    kind: Annotated[Literal["phrase", "author", "source", "headline"], Meta(description="What it is.")]
    text: Annotated[str, Meta(description="The phrase, the name or the headline.")]
    spans: Spans
    articles: Annotated[
        int | None, Meta(description="How many articles have it; null for a phrase too frequent to be counted.")
    ]
    id: Annotated[str | None, Meta(description="The article of a headline.")]
    page: Annotated[str, Meta(description="The page that it leads to.")]


class SuggestionsAnswer(TypedDict):
    """What to offer for what was typed so far. Every suggestion finds something."""

    q: Annotated[str, Meta(description="As it was typed.")]
    suggestions: Annotated[tuple[SuggestionAnswer, ...], Meta(description="Phrases, authors, outlets, headlines.")]
    took_ms: Annotated[float, Meta(description="Milliseconds from the request to this answer.")]
    index_generation: Annotated[int, Meta(description="The commit that was searched.")]
