"""Tokens: what few may see is behind a word that they know."""

import hmac
from http import HTTPStatus

from flask import request

from app.problems import ProblemError


def check_token(token: str) -> None:
    """Raises ProblemError 401 unless the request carries `Authorization: Bearer` and the token."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not right:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "Send the token as Authorization: Bearer TOKEN.",
            {"WWW-Authenticate": "Bearer"},
        )
