"""The shapes of answers to those who bring and delete articles; those to others are in `searchapp/search/shapes.py`."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from msgspec import Meta


class OutcomeAnswer(TypedDict):
    """What became of one article that was brought."""

    line: Annotated[
        int, Meta(description="Which line of the body it is, counted from 1; of an array, which of its objects.")
    ]
    id: Annotated[str | None, Meta(description="Its id; null where it could not be read.")]
    status: Annotated[
        Literal["added", "updated", "unchanged", "conflict", "deleted_before", "refused"],
        Meta(
            description="`added`, `updated` and `unchanged` are in the archive as they came. `conflict`: a line above "
            "has the same id and stands. `deleted_before`: it was deleted on purpose, and stays so. `refused`: it "
            "cannot be taken, and `reason` says why."
        ),
    ]
    reason: Annotated[str | None, Meta(description="Why it was refused, or what stands instead of it.")]


class IngestAnswer(TypedDict):
    """What became of the articles that were brought. All of it is on the disk, and is found by a search from now on."""

    added: Annotated[int, Meta(description="How many are new.")]
    updated: Annotated[int, Meta(description="How many took the place of what the archive had of them.")]
    unchanged: Annotated[int, Meta(description="How many the archive had already, as they are.")]
    conflict: Annotated[int, Meta(description="How many have the id of a line above them.")]
    deleted_before: Annotated[int, Meta(description="How many were deleted on purpose, and stay out.")]
    refused: Annotated[int, Meta(description="How many cannot be taken.")]
    articles: Annotated[tuple[OutcomeAnswer, ...], Meta(description="Each of them, in the order of the body.")]
    index_generation: Annotated[int, Meta(description="The commit that holds them.")]
    took_ms: Annotated[float, Meta(description="Milliseconds from the request to this answer.")]


class DeletionAnswer(TypedDict):
    """An article is deleted, and stays out of later runs."""

    id: Annotated[str, Meta(description="The article.")]
    status: Annotated[
        Literal["deleted", "deleted_before"], Meta(description="Whether it went now, or had gone before.")
    ]
    index_generation: Annotated[int, Meta(description="The commit that no longer holds it.")]
