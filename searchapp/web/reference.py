"""The endpoint described for people and programs: `/api/v1/docs` and the document that it is printed from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from flask import Blueprint, Response, render_template, request

from indexer.settings import Settings
from searchapp.web.openapi import describe_endpoint

DOCUMENT_ADDRESS: Final = "/api/v1/openapi.json"
REFERENCE_ADDRESS: Final = "/api/v1/docs"
_DOCUMENT_TYPE: Final = "application/json; charset=utf-8"
_KEPT: Final = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class ShownType:
    """A type in words, with the shape that it links to, "" where there is none."""

    words: str
    shape: str


@dataclass(frozen=True, slots=True)
class ShownField:
    """A parameter, or a field of a shape."""

    name: str
    type: ShownType
    about: str
    needed: bool
    choices: tuple[str, ...] = ()
    default: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class ShownProblem:
    code: str
    status: int
    means: str


@dataclass(frozen=True, slots=True)
class ShownOperation:
    """`bodies` are the media types that it takes, each with what is in it."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    example: str
    parameters: tuple[ShownField, ...]
    answer: ShownType
    problems: tuple[ShownProblem, ...]
    bodies: tuple[tuple[str, str], ...] = ()
    needs_token: bool = False


@dataclass(frozen=True, slots=True)
class ShownShape:
    name: str
    about: str
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    about: str
    operations: tuple[ShownOperation, ...]
    shapes: tuple[ShownShape, ...]


def make_reference(settings: Settings) -> Blueprint:
    """Both are the same for every archive, and need none."""
    reference = Blueprint("reference", __name__)

    @reference.get(DOCUMENT_ADDRESS)
    def document() -> Response:
        content, tag = _print_document()
        return _with_tag(Response(content, content_type=_DOCUMENT_TYPE), tag)

    @reference.get(REFERENCE_ADDRESS)
    def docs() -> Response:
        page = render_template("reference.html", settings=settings, q="", reference=read_reference(describe_endpoint()))
        return _with_tag(
            Response(page, content_type="text/html; charset=utf-8"),
            hashlib.blake2b(page.encode(), digest_size=12).hexdigest(),
        )

    return reference


def read_reference(document: Mapping[str, Any]) -> Reference:
    """What the page prints of an OpenAPI document of ours."""
    return Reference(
        about=document["info"]["description"],
        operations=tuple(
            _operation(path, method, described)
            for path, methods in document["paths"].items()
            for method, described in methods.items()
        ),
        shapes=tuple(
            ShownShape(name, schema.get("description", ""), tuple(_fields(schema)))
            for name, schema in document["components"]["schemas"].items()
        ),
    )


@cache
def _print_document() -> tuple[bytes, str]:
    content = orjson.dumps(describe_endpoint())
    return content, hashlib.blake2b(content, digest_size=12).hexdigest()


def _with_tag(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def _operation(path: str, method: str, described: Mapping[str, Any]) -> ShownOperation:
    parameters = described["parameters"]
    answers = described["responses"]
    return ShownOperation(
        name=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        about=described["description"],
        example=_example(path, parameters),
        parameters=tuple(_parameter(parameter) for parameter in parameters),
        answer=_type(answers["200"]["content"]["application/json"]["schema"]),
        problems=tuple(
            ShownProblem(code, int(status), means)
            for status, answer in answers.items()
            if status >= "400"
            for code, means in _problems(answer["description"])
        ),
        bodies=tuple(
            (media_type, content["schema"]["description"])
            for media_type, content in described.get("requestBody", {}).get("content", {}).items()
        ),
        needs_token="security" in described,
    )


def _problems(listed: str) -> Iterator[tuple[str, str]]:
    """The codes of a status, as the document lists them: "- `code`: meaning" a line."""
    for line in listed.splitlines():
        code, _, means = line.removeprefix("- `").partition("`: ")
        yield code, means


def _example(path: str, parameters: list[Mapping[str, Any]]) -> str:
    """An address as it may be typed: every variable, and what is needed or comes first."""
    for parameter in parameters:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
    asked = [parameter for parameter in parameters if parameter["in"] == "query" and "example" in parameter][:1]
    return path + "".join(f"?{each['name']}={each['example'].replace(' ', '+')}" for each in asked)


def _parameter(parameter: Mapping[str, Any]) -> ShownField:
    schema = parameter["schema"]
    example = parameter.get("example", "")
    return ShownField(
        name=parameter["name"],
        type=ShownType("repeatable", "") if schema.get("type") == "array" else _type(schema),
        about=parameter["description"],
        needed=parameter["required"],
        choices=tuple(schema.get("enum", ())),
        default=str(schema.get("default", "")),
        example=example[0] if isinstance(example, list) else example,
    )


def _fields(schema: Mapping[str, Any]) -> Iterator[ShownField]:
    for name, described in schema["properties"].items():
        yield ShownField(
            name=name,
            type=_type(described),
            about=described.get("description", ""),
            needed=name in schema["required"],
            choices=tuple(described.get("enum", ())),
        )


def _type(schema: Mapping[str, Any]) -> ShownType:
    """`a list of HitAnswer`, `text or null`, ..."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_KEPT)
        return ShownType(name, name)
    if "anyOf" in schema:
        parts = [_type(each) for each in schema["anyOf"]]
        return ShownType(" or ".join(part.words for part in parts), "".join(part.shape for part in parts))
    if schema.get("type") == "array" and "prefixItems" in schema:
        return ShownType("[number, number]", "")
    if schema.get("type") == "array":
        held = _type(schema["items"])
        return ShownType(f"a list of {held.words}", held.shape)
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        held = _type(schema["additionalProperties"])
        return ShownType(f"an object of {held.words}", held.shape)
    if "enum" in schema and "type" not in schema:
        return ShownType("text", "")
    return ShownType(_WORDS[schema.get("type", "")], "")


_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
    "": "anything",
}
