"""Our server beside Immich's own documents; what tests say to it is compared as they say it (server.compare)."""

import re

import pytest

from scripts.immich_openapi import PARTS
from tests.immich import openapi
from tests.immich.conftest import VERSIONS
from tests.immich.openapi import Document
from tests.immich.routes import ROUTES
from tests.immich.state import an_id


@pytest.fixture(params=list(VERSIONS))
def document(request):
    found = openapi.document(VERSIONS[request.param])
    if found is None:
        pytest.skip(openapi.ABSENT)
    return found


def test_our_server_asks_for_the_same_permissions(document):
    """A key that may do more here than there would hide a permission that `immich check` should name."""
    missing = []
    for method, pattern, ours, _ in ROUTES:
        path = re.sub(r"\(.*?\)", an_id(1), pattern)
        if document.operation(method, path) is None:
            missing.append(f"{method} {pattern}")
            continue
        theirs = document.permission(method, path)
        assert theirs == (None if ours == "nobody" else ours), f"{method} {pattern}"
    # A route that no version has is none of Immich's.
    newest = openapi.document(VERSIONS["3.1"])
    assert not missing or document is not newest


def test_what_the_script_brings_has_all_that_our_server_answers():
    assert {pattern.split("/")[1] for _, pattern, _, _ in ROUTES} <= PARTS


SPEC = {
    "paths": {
        "/albums": {
            "post": {
                "parameters": [{"name": "deep", "in": "query", "schema": {"type": "boolean"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Make"}}}},
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Album"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Make": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "Album": {
                "allOf": [{"$ref": "#/components/schemas/Make"}],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "order": {"enum": ["asc", "desc"], "type": "string", "nullable": True},
                    "users": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1}},
                },
                "required": ["id"],
            },
        }
    },
}  # fmt: skip
MADE = {"name": "a", "id": an_id(1), "order": None, "users": [1]}


@pytest.mark.parametrize(
    ("query", "body", "status", "answer", "wrong"),
    [
        ({"deep": "true"}, {"name": "a"}, 201, MADE, []),
        ({"deep": "yes"}, {"name": "a"}, 201, MADE, ["?deep is no boolean: 'yes'"]),
        ({"wide": "1"}, {"name": "a"}, 201, MADE, ["?wide is unknown"]),
        ({}, {}, 201, MADE, ["body.name is missing"]),
        ({}, {"name": "a", "nmae": "b"}, 201, MADE, ["body.nmae is unknown"]),
        ({}, {"name": None}, 201, MADE, ["body.name is no string: None"]),
        ({}, {"name": "a"}, 200, MADE, ["200 is no answer; known: 201"]),
        ({}, {"name": "a"}, 201, MADE | {"id": "5"}, ["answer.id is no uuid: '5'"]),
        ({}, {"name": "a"}, 201, MADE | {"order": "up"}, ["answer.order is none of ['asc', 'desc']: 'up'"]),
        ({}, {"name": "a"}, 201, MADE | {"users": []}, ["answer.users holds 0 items"]),
        ({}, {"name": "a"}, 201, MADE | {"users": [0, True]}, [
            "answer.users[0] is out of bounds: 0", "answer.users[1] is no integer: True",
        ]),
        ({}, {"name": "a"}, 201, {"id": an_id(1)}, ["answer.name is missing"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(query, body, status, answer, wrong):
    made = Document("3.1.0", SPEC)
    found = [*made.asked("POST", "/albums", query, body), *made.answered("POST", "/albums", status, answer)]
    assert found == wrong


def test_a_question_that_there_is_not_is_found():
    assert list(Document("3.1.0", SPEC).asked("PATCH", "/albums", {}, {})) == ["there is no such question"]
