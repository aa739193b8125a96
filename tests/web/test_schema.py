"""The OpenAPI document against the server that it describes: whatever is asked, nothing breaks."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from keepers.web.app import build
from tests.web.served import Client, serving

schemathesis: Any = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

pytestmark = pytest.mark.slow

FRONTEND = Path(__file__).parents[2] / "frontend" / "openapi.json"
#: Endless by its nature.
EVENTS = "/api/v1/jobs/events"
EXAMPLES = 3


def test_the_client_of_the_page_is_made_of_this_document():
    assert json.loads(FRONTEND.read_text("utf-8")) == build().openapi(), "python -m scripts.openapi"


def test_no_request_that_the_document_allows_breaks_the_server(own: Path):
    with serving(own) as client:
        document = client.ask("GET", "/api/openapi.json").json
        del document["paths"][EVENTS]
        # The server walks what it is told to scan; the rest of the machine is no test data.
        del document["paths"]["/api/v1/jobs"]["post"]
        schema = schemathesis.openapi.from_dict(document)
        broken: list[str] = []
        asked: set[str] = set()
        for result in schema.get_all_operations():
            _ask(client, result.ok(), broken, asked)
        assert broken == []
        assert len(asked) > 60
        assert client.get("/status")["state"] == "ready"


def _ask(client: Client, operation: Any, broken: list[str], asked: set[str]) -> None:
    base = f"http://127.0.0.1:{client.port}"

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    def once(case: Any) -> None:
        asked.add(f"{operation.method} {operation.path}")
        answer = case.call(base_url=base, headers=client.headers)
        if answer.status_code >= 500:
            broken.append(f"{answer.status_code} {case.as_curl_command()}")

    given(case=operation.as_strategy())(once)()
