"""The database keeps corrections through what befalls it, and says in a sentence what is wrong."""

import pytest
import sqlalchemy as sa

from app.database import Database, UnavailableError
from app.settings import StartupError


def test_a_start_that_fails_late_leaves_no_connection_open_either(
    postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers that are forked from it would share one."""
    kept = Database(postgresql, days=30)

    def fail(connection: sa.Connection) -> None:
        connection.execute(sa.text("SELECT 1 / 0"))

    monkeypatch.setattr(kept, "_forget_old", fail)
    with pytest.raises(UnavailableError):
        kept.prepare()
    pool = kept._engine.pool
    assert isinstance(pool, sa.QueuePool)
    assert pool.checkedin() == 0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mysql://host/name",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://host/corrections.sqlite3",
        "sqlite:///corrections.sqlite3?timeout=abc",
        "postgresql://user:password@host:port/name",
        "postgresql://user:password@[::1/name",
    ],
)
def test_an_address_that_cannot_be_used_stops_the_start(url: str) -> None:
    with pytest.raises(StartupError, match="DATABASE_URL must"):
        Database(url, days=0)
