"""The permissions that `immich check` lists, against every call that the code makes: none forgotten, none too many.

The calls are read from the source. Which permission a call needs is what our server asks for, and that is
compared with Immich's own documents elsewhere (test_openapi).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import keepers
from keepers.places.immich_api import CHANGING, FOR_SOME, READING
from tests.immich.routes import ROUTES as ANSWERED

SOURCE = Path(keepers.__file__).parent
LISTED = {need.permission for need in (*READING, *CHANGING)} | {
    need.permission for _, needs in FOR_SOME for need in needs
}
ROUTES = [(method, re.compile(pattern), permission) for method, pattern, permission, _ in ANSWERED]
#: The ways to ask, and the method that each stands for; None where it is given. The client has some of its own.
ANYWHERE: dict[str, str | None] = {"Ask": None}
CLIENT = ANYWHERE | {"_many": None, "_get": "GET", "_drop": "DELETE"}
#: What a made-up part of a path looks like: an id.
ID = "a" * 8


def calls(tree: ast.Module, ways: dict[str, str | None]) -> Iterator[tuple[str, str]]:
    """Method and path of every question in a module, with ids for what is put in."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        known = {argument.arg for argument in function.args.args}
        for node in ast.walk(function):
            name = (
                getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            )
            if not isinstance(node, ast.Call) or name not in ways:
                continue
            method, where = (ways[name], node.args[0]) if ways[name] else (None, node.args[1])
            if isinstance(where, ast.Name) and where.id in known:
                continue  # One of those ways itself: who calls it is looked at.
            first = node.args[0]
            assert method or isinstance(first, ast.Constant), ast.unparse(node)
            yield method or str(getattr(first, "value", "")), written(where, function, functions)


def written(where: ast.expr, function: ast.FunctionDef, functions: list[ast.FunctionDef]) -> str:
    """The path that an expression makes."""
    if isinstance(where, ast.Constant):
        return str(where.value)
    if isinstance(where, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else ID for part in where.values)
    if isinstance(where, ast.Name):
        values = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == where.id for target in node.targets)
        ]
        return written(values[-1], function, functions)
    assert isinstance(where, ast.Call), ast.unparse(where)
    called = next((one for one in functions if one.name == getattr(where.func, "id", "")), None)
    assert called is not None, ast.unparse(where)
    value = next(node.value for node in ast.walk(called) if isinstance(node, ast.Return))
    assert value is not None
    return written(value, called, functions)


def permissions(method: str, path: str) -> set[str | None]:
    """What our server asks of a key for a call; empty where it does not know it."""
    # A word may stand where an id would: the more exact route counts.
    found = [
        (pattern.pattern.count("("), need)
        for way, pattern, need in ROUTES
        if way == method and pattern.fullmatch(f"/{path}")
    ]
    least = min((rank for rank, _ in found), default=0)
    return {need for rank, need in found if rank == least}


def asked() -> list[tuple[str, str, str]]:
    return [
        (file.name, method, path)
        for file in sorted((SOURCE / "places" / "immich_api").glob("*.py"))
        for method, path in calls(
            ast.parse(file.read_text("utf-8")), CLIENT if file.name == "client.py" else ANYWHERE
        )
    ]


CALLS = list(dict.fromkeys(asked()))


@pytest.mark.parametrize(("file", "method", "path"), CALLS, ids=[" ".join(call) for call in CALLS])
def test_every_call_needs_what_is_listed(file, method, path):
    needed = permissions(method, path)
    assert len(needed) == 1, f"{file}: our server does not know {method} {path}"
    (permission,) = needed
    assert permission in LISTED | {None, "nobody"}


def test_nothing_is_listed_that_no_call_needs():
    needed = {permission for _, method, path in CALLS for permission in permissions(method, path)}
    assert LISTED - needed == set()


def test_no_permission_is_listed_twice():
    listed = [need.permission for need in (*READING, *CHANGING)]
    listed += [need.permission for _, needs in FOR_SOME for need in needs]
    assert len(listed) == len(set(listed))


def test_commands_refuse_by_permissions_that_are_listed():
    """A word that is in no list would be passed over, and the command would begin what it cannot do."""
    verbs = "read|view|create|update|delete|upload|download|statistics|asset|copy"
    word = re.compile(
        rf"(asset|album|albumAsset|albumUser|tag|stack|face|person|user|duplicate|library)\.({verbs})"
    )
    named = {
        node.value
        for package in ("cli", "people_work", "watch", "web", "workflows", "places/immich_api")
        for file in (SOURCE / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and word.fullmatch(node.value)
    }
    assert named
    assert named - LISTED == set()
