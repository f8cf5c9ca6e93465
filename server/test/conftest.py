"""Fixtures: the data, one application with the real engine for all of its tests, and databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from services import skip_without_data, start_postgresql

from app import create_app
from app.settings import Settings

TOKEN = "a token for the tests"


@pytest.fixture(scope="session", autouse=True)
def _nobodys_corrections(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An application that is told of no database must not open, and clear, that of who tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.database.ROOT", tmp_path_factory.mktemp("root"))
        yield


@pytest.fixture(scope="session")
def the_data() -> None:
    skip_without_data()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    file = tmp_path_factory.mktemp("database") / "corrections.sqlite3"
    return create_app(
        Settings(database_url=f"sqlite:///{file}", corrections_token=TOKEN, ratelimit_enabled=False)
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    service, address = start_postgresql(tmp_path_factory.mktemp("postgresql"))
    yield address
    service.kill()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'corrections.sqlite3'}"
    address: str = request.getfixturevalue("postgresql")
    engine = sa.create_engine(address.replace("postgresql", "postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    return address
