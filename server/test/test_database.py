"""The database keeps corrections through what befalls it, and says in a sentence what is wrong."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from test_corrections import correction
from uploads import file_of, seven

from app import create_app, database
from app.database import Correction, Database, UnavailableError
from app.settings import Settings, StartupError


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


def test_nobody_else_may_read_what_sqlite_keeps(tmp_path: Path) -> None:
    kept = Database(f"sqlite:///{tmp_path}/new/corrections.sqlite3", days=30)
    kept.add(correction())
    files = list((tmp_path / "new").iterdir())
    assert files
    assert [file.name for file in files if file.stat().st_mode & 0o077] == []


@contextmanager
def stopped(*processes: int) -> Iterator[None]:
    """Processes that do nothing meanwhile, as where their disk does not answer."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def process_of(kept: Database) -> int:
    """PostgreSQL's process for the connection that comes next."""
    with kept._engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it looks for processes in /proc")
def test_a_database_that_hangs_is_not_waited_for(
    postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 1)
    kept = Database(postgresql, days=30)
    kept.check()
    first = process_of(kept)
    with stopped(first):
        kept.check()  # by another connection
        with stopped(process_of(kept), parent_of(first)):
            before = time.monotonic()
            with pytest.raises(UnavailableError):
                kept.check()
            assert time.monotonic() - before < 15
    kept.check()
    assert kept.add(correction("after it"))


def change(kept: Database, *statements: str) -> None:
    """Do to a database what is not the application's to do."""
    engine = sa.create_engine(kept._url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def test_digits_are_read_beside_a_database_of_a_later_version(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    later = Database(url, days=0)
    later.prepare()
    change(later, "UPDATE alembic_version SET version_num = '9999'")
    client = create_app(Settings(database_url=url)).test_client()
    assert [record.getMessage() for record in caplog.records] == [
        "the database fails: Can't locate revision identified by '9999'"
    ]
    reading = client.post("/api/recognize", data=file_of(seven()), content_type="image/png")
    assert reading.get_json()["text"] == "7"
    assert client.get("/api/ready").status_code == 503


def empty(kept: Database, with_folder: bool) -> None:
    """Drop the tables, or delete SQLite's file."""
    if kept._url.drivername != "sqlite":
        change(kept, "DROP TABLE corrections, alembic_version")
        return
    file = Path(str(kept._url.database))
    if with_folder:
        shutil.rmtree(file.parent)
    else:
        file.unlink()


@pytest.mark.parametrize("with_folder", [False, True])
def test_a_database_that_is_emptied_is_made_anew(url: str, with_folder: bool) -> None:
    kept = Database(url, days=30)
    kept.add(correction())
    empty(kept, with_folder)
    with pytest.raises(UnavailableError):
        kept.check()
    kept.check()
    assert kept.add(correction())
    assert list(kept.all()) == [correction()]
    if os.name == "posix" and kept._url.drivername == "sqlite":
        assert Path(str(kept._url.database)).stat().st_mode & 0o777 == 0o600


def test_what_is_forgotten_is_not_left_in_the_file(tmp_path: Path) -> None:
    kept = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}", days=30)

    @sa.event.listens_for(kept._engine, "connect", insert=True)
    def as_some_are_built(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA secure_delete=OFF")

    kept.add(correction())
    kept.remove(correction().key)
    with kept._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert correction().picture not in (tmp_path / "new.sqlite3").read_bytes()


def test_a_database_that_may_only_be_read_is_told_of(url: str) -> None:
    kept = Database(url, days=30)
    kept.check()
    kept._engine.dispose()
    is_sqlite = kept._url.drivername == "sqlite"
    only = "PRAGMA query_only = ON" if is_sqlite else "SET default_transaction_read_only = on"

    @sa.event.listens_for(kept._engine, "connect")
    def only_read(connection: Any, _record: Any) -> None:
        connection.execute(only)
        connection.commit()

    with pytest.raises(UnavailableError):
        kept.check()


def test_what_is_old_is_forgotten_where_nobody_sends_anything(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Database(url, days=30)
    kept.add(correction())
    change(kept, "UPDATE corrections SET received = '2020-01-01 00:00:00.000000'")

    def keys() -> int:
        with kept._engine.connect() as connection:
            return len(connection.execute(sa.select(database.corrections.c.key)).all())

    kept.check()
    assert keys() == 1  # it has just been looked for
    monkeypatch.setattr(database, "FORGETTING", 0.0)
    kept.check()
    assert keys() == 0


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


def test_a_correction_that_goes_while_it_comes_again_may_come_once_more(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process deletes it between the insertion that it hinders and the look at it."""
    kept = Database(url, days=0)
    assert kept.add(correction())
    find = kept._find

    def after_deletion(key: str) -> Correction | None:
        kept.remove(key)
        return find(key)

    monkeypatch.setattr(kept, "_find", after_deletion)
    with pytest.raises(UnavailableError):
        kept.add(correction())
    monkeypatch.undo()
    assert kept.add(correction())
