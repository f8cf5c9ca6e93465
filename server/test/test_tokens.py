"""Who knows a token is let in, whatever characters it is of."""

from http import HTTPStatus

import pytest
from flask import Flask

from app.problems import ProblemError
from app.tokens import check_token


def check(app: Flask, header: bytes, token: str) -> None:
    with app.test_request_context(headers={"Authorization": header.decode("latin-1")}):
        check_token(token)


@pytest.mark.parametrize("header", [b"Bearer word", b"bearer word", b"BEARER  word \t"])
def test_the_right_word_is_let_in(app: Flask, header: bytes) -> None:
    check(app, header, "word")


@pytest.mark.parametrize("token", ["für", "voilà", "слово", "a\u0085", "\N{KEY}"])
def test_a_word_of_any_characters_is_let_in_as_utf_8(app: Flask, token: str) -> None:
    check(app, b"Bearer " + token.encode("utf-8"), token)


def test_a_word_that_is_not_utf_8_is_let_in_as_it_is(app: Flask) -> None:
    check(app, b"Bearer w\xffrd", "w\udcffrd")


@pytest.mark.parametrize("token", ["word", "für", "w\udcffrd"])
@pytest.mark.parametrize("header", [b"", b"Bearer", b"Bearer wor", b"Bearer f\xfcr", b"Basic word"])
def test_another_word_is_not(app: Flask, header: bytes, token: str) -> None:
    with pytest.raises(ProblemError) as caught:
        check(app, header, token)
    assert caught.value.status == HTTPStatus.UNAUTHORIZED
