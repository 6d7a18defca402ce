"""The endpoint against its own OpenAPI document, by requests that Schemathesis thinks up and every check it knows."""

from __future__ import annotations

from typing import Final

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.config import SchemathesisConfig

EXAMPLES: Final = 40
DOCUMENT: Final = "/api/v1/openapi.json"
#: What may become of a request that fits the document: beside what Schemathesis expects of everybody, a cursor that
#: nobody gave has expired (410), and arguments that are right one by one may not go together (400).
EXPECTED: Final = ["2xx", "3xx", 400, 401, 403, 404, 409, 410, 429, 503]
CONFIG: Final = SchemathesisConfig.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": EXPECTED}}})


@pytest.fixture(scope="module")
def operations(app: Flask) -> dict[str, schemathesis.schemas.APIOperation]:
    found = [each.ok() for each in schemathesis.openapi.from_wsgi(DOCUMENT, app, config=CONFIG).get_all_operations()]
    return {operation.label: operation for operation in found}


def test_every_operation_of_the_document_passes_every_check(operations) -> None:
    assert len(operations) > 8
    for operation in operations.values():

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        def send(case: schemathesis.Case) -> None:
            case.call_and_validate()

        send()
