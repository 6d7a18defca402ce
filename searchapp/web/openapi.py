"""The endpoint described for programs: an OpenAPI 3.1 document, made once from what reads and fills requests.

Operations, parameters and problems come from their tables, the shapes of answers from the types that `answer.py` is
held to. Nothing is said here a second time. Knows nothing of Flask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final, get_type_hints

import msgspec

from searchapp.web.operations import OPERATIONS, Operation
from searchapp.web.parameters import MAX_VALUES, Parameter, Schema
from searchapp.web.problems import PROBLEMS, ProblemAnswer, ProblemCode

OPENAPI_VERSION: Final = "3.1.1"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
_ABOUT: Final = (
    "Full-text search over a news archive. Offsets count Unicode code points. A parameter that is not listed is "
    "refused, with the right one suggested; an empty value counts as not given. What goes wrong is told by a problem "
    "document (RFC 9457) whose `code` is stable. Any operation may end in `internal_error`; other methods than those "
    "listed in `method_not_allowed`, other addresses in `not_found`."
)
#: The name under which the document tells how a request shows the service's token.
_BEARER: Final = "bearer"
_HEADERS: Final[Schema] = {
    "ETag": {
        "description": "Send it as `If-None-Match` with the same question: an answer that has not changed is a 304. "
        "Answers to a cursor, and late ones, have none.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds after which to ask again.", "schema": {"type": "integer", "minimum": 0}},
}


@cache
def describe_endpoint() -> Mapping[str, Any]:
    """The whole document, ready to be serialised."""
    shapes = (*dict.fromkeys(operation.shape for operation in OPERATIONS), ProblemAnswer)
    return {
        "openapi": OPENAPI_VERSION,
        "info": {"title": "Broadsheet", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": _describe_paths(),
        "components": {
            "schemas": _describe_shapes(shapes),
            "headers": _HEADERS,
            "securitySchemes": {_BEARER: {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe_paths() -> Schema:
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _describe(operation)
    return paths


def _describe(operation: Operation) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.about,
        "parameters": [
            *(_describe_parameter(variable, "path") for variable in operation.variables),
            *(_describe_parameter(parameter, "query") for parameter in operation.parameters.listed),
        ],
        "responses": dict(_describe_answers(operation)),
    }
    if operation.takes:
        # What an article has to be is more than a schema can say, and what it may have is anything.
        content = {media_type: {"schema": {"description": about}} for media_type, about in operation.takes}
        described["requestBody"] = {"required": True, "content": content}
    if operation.needs_token:
        described["security"] = [{_BEARER: []}]
    return described


def _describe_parameter(parameter: Parameter, place: str) -> Schema:
    schema = parameter.kind.schema()
    if parameter.required and schema["type"] == "string":
        schema["minLength"] = 1  # an empty value counts as not given
    if parameter.repeatable:
        schema = {"type": "array", "items": schema, "maxItems": MAX_VALUES}
    described: Schema = {
        "name": parameter.name,
        "in": place,
        "description": parameter.about,
        "required": parameter.required or place == "path",
        "schema": schema,
    }
    if parameter.example:
        described["example"] = [parameter.example] if parameter.repeatable else parameter.example
    return described


def _describe_answers(operation: Operation) -> Iterator[tuple[str, Schema]]:
    """By status, those that are no problem first."""
    fine: Schema = {
        "description": "The answer.",
        "content": {JSON: {"schema": _reference(operation.shape)}},
    }
    if operation.can_be_unchanged:
        tagged = {"ETag": {"$ref": "#/components/headers/ETag"}}
        yield "200", {**fine, "headers": tagged}
        yield "304", {"description": "What `If-None-Match` names is still the answer.", "headers": tagged}
    else:
        yield "200", fine
    by_status: dict[HTTPStatus, list[ProblemCode]] = {}
    for code in (*operation.problems, *operation.admission_problems, "internal_error"):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        described: Schema = {
            "description": "\n".join(f"- `{code}`: {PROBLEMS[code].means}" for code in codes),
            "content": {
                PROBLEM: {
                    "schema": {
                        "allOf": [
                            _reference(ProblemAnswer),
                            {"properties": {"status": {"const": status.value}, "code": {"enum": codes}}},
                        ]
                    }
                }
            },
        }
        if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
            described["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
        yield str(status.value), described


def _reference(shape: type) -> Schema:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def _describe_shapes(shapes: Iterable[type]) -> Schema:
    """The schemas of these and of all that they hold, their properties in the order of the types."""
    _, schemas = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    orders = {name: list(hints) for name, hints in _walk(shapes)}
    described: Schema = {}
    for name, schema in sorted(schemas.items()):
        order = orders[name].index
        properties = schema["properties"]
        described[name] = {
            **{key: value for key, value in schema.items() if key != "title"},
            "properties": {key: properties[key] for key in sorted(properties, key=order)},
            "required": sorted(schema["required"], key=order),
        }
    return described


def _walk(shapes: Iterable[type]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each shape that is reached, by name, with the types of its fields."""
    waiting: list[Any] = list(shapes)
    seen: set[str] = set()
    while waiting:
        each = waiting.pop()
        waiting += getattr(each, "__args__", ())
        if hasattr(each, "__total__") and each.__name__ not in seen:
            seen.add(each.__name__)
            hints = get_type_hints(each)
            yield each.__name__, hints
            waiting += hints.values()
