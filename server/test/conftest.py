"""Fixtures of the application's tests: one application with the real engine for all of them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.settings import Settings


@pytest.fixture(scope="session")
def app() -> Flask:
    return create_app(Settings())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
