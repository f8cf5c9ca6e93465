"""Fixtures of the application's tests: one application with the real engine for all of them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.settings import Settings

TOKEN = "a token for the tests"


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    file = tmp_path_factory.mktemp("database") / "corrections.sqlite3"
    return create_app(
        Settings(database_url=f"sqlite:///{file}", corrections_token=TOKEN, ratelimit_enabled=False)
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
