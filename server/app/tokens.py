"""Tokens: what few may see is behind a word that they know."""

import hmac
from http import HTTPStatus

from flask import request

from app.problems import ProblemError


def check_token(token: str) -> None:
    """Raises ProblemError 401 unless the request carries `Authorization: Bearer` and the token."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # WSGI has a header's bytes as text in Latin-1 (PEP 3333), where those of an "à" in UTF-8 end in
    # a space. What is not UTF-8 in the environment comes as surrogates.
    sent = given.strip(" \t").encode("latin-1", "replace")
    right = hmac.compare_digest(sent, token.encode("utf-8", "surrogateescape"))
    if scheme.lower() != "bearer" or not right:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "Send the token as Authorization: Bearer TOKEN.",
            {"WWW-Authenticate": "Bearer"},
        )
