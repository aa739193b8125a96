"""Errors as RFC 9457 states them: a sentence that says what, where, why, and the next thing to try."""

import http
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from keepers.errors import (
    CatalogBusyError,
    ChangedError,
    KeepersError,
    NoCatalogError,
    PlaceUnreachableError,
    RefusedError,
    SettingsError,
    UnreadableError,
    UsageError,
)
from keepers.reasons import Reason
from keepers.web import rows

MEDIA: Final = "application/problem+json"
#: Which status an error of ours becomes; what is not named was not the client's fault.
_STATUS: Final[tuple[tuple[type[KeepersError], int], ...]] = (
    (UsageError, 422),
    (SettingsError, 422),
    (RefusedError, 409),
    (ChangedError, 409),
    (CatalogBusyError, 409),
    (NoCatalogError, 404),
    (UnreadableError, 404),
    (PlaceUnreachableError, 424),
)
_MEANINGS: Final[Mapping[int, str]] = {
    400: "The request makes no sense.",
    401: "No valid cookie or token came along.",
    403: "The request came from another site.",
    404: "There is no such thing.",
    409: "It was changed meanwhile; read it again.",
    413: "The body is too large.",
    415: "The body must be JSON.",
    421: "The name of the host is not one of this server's.",
    422: "A value is wrong.",
    424: "Another server does not answer.",
    428: "The revision that was seen must come along as If-Match.",
    429: "Too many wrong passwords; wait.",
}
#: What every route may answer besides what it is for.
ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": words,
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, words in _MEANINGS.items()
}


class ProblemError(KeepersError):
    """A request that cannot be done: the status, a sentence, and what to try next."""

    def __init__(self, status: int, detail: str, following: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.following = following


def conflict(detail: str) -> ProblemError:
    """Somebody else was faster."""
    return ProblemError(409, detail, Reason("read-again"))


def missing(detail: str) -> ProblemError:
    """There is no such thing."""
    return ProblemError(404, detail)


def document(status: int, detail: str, following: str = "") -> dict[str, object]:
    """A problem as JSON states it."""
    title = http.HTTPStatus(status).phrase
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": rows.text(detail),
        "next": rows.text(following),
        "detail_said": rows.said(detail).model_dump(),
        "next_said": rows.said(following).model_dump(),
    }


def answer(
    status: int, detail: str, following: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as a response."""
    body = document(status, detail, following)
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA)


def words_of(error: BaseException) -> str:
    """What an error says, with its code where it has one."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def status_of(error: KeepersError) -> int:
    """The status that an error of ours becomes."""
    if isinstance(error, ProblemError):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def install(app: FastAPI) -> None:
    """Let every error become a problem."""

    async def ours(_: Request, error: Exception) -> Response:
        assert isinstance(error, KeepersError)  # noqa: S101 (that is what it is installed for)
        following = error.following if isinstance(error, ProblemError) else ""
        return answer(status_of(error), words_of(error), following)

    async def http_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 (that is what it is installed for)
        return answer(error.status_code, str(error.detail), headers=error.headers)

    async def wrong(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 (that is what it is installed for)
        words = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        return answer(422, words[:2000])

    app.add_exception_handler(KeepersError, ours)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, wrong)
