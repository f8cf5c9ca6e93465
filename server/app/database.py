"""Where corrections are kept: SQLite, or PostgreSQL where DATABASE_URL names one."""

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from app.settings import ROOT, Settings, StartupError

logger = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

PATIENCE = 5
"""Seconds for a connection, for a statement, and for SQLite's one writer at a time."""

ROWS_AT_ONCE = 100
"""So many corrections are in memory while all are read."""

FORGETTING = 3600.0
"""Seconds after which what is old is forgotten though no correction comes."""


class Utc(sa.TypeDecorator[datetime]):
    """A moment, kept as UTC: SQLite knows no time zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else cast(datetime, value).replace(tzinfo=UTC)


metadata = sa.MetaData()

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("received", Utc, nullable=False, index=True),
    sa.Column("made", Utc, nullable=False),
    sa.Column("read", sa.SmallInteger),
    sa.Column("was", sa.SmallInteger),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("picture", sa.LargeBinary, nullable=False),
)


@dataclass(frozen=True)
class Correction:
    """What a person said that a picture was."""

    key: str
    """The client's own name for it: sent twice, it is kept once."""
    made: datetime
    """When the person said so; with a time zone."""
    read: int | None
    """What was read: 0..9, or None for "not a digit"."""
    was: int | None
    """What it was: 0..9, or None for no digit at all."""
    model: str
    """What had read it, e.g. "digits 1.0.0"."""
    picture: bytes
    """A grey PNG."""


class UnavailableError(Exception):
    """The database cannot be reached, or cannot write."""


class OtherCorrectionError(Exception):
    """A correction's key names another one that is kept already."""


class FullError(Exception):
    """As many corrections are kept as may be."""


class Database:
    """Corrections, kept for so many days; several threads and processes may share one."""

    def __init__(self, url: str, days: int, most: int = Settings.corrections_most) -> None:
        """url: of SQLite or PostgreSQL; days: how long corrections are kept, 0 for ever; most: how
        many at once.

        Nothing is connected to yet. Raises StartupError for an address that cannot be used.
        """
        self._days = days
        self._most = most
        self._url = _address(url)
        try:
            self._engine = _engine(self._url)
            # What of it the driver cannot use would be told of when it first connects.
            self._engine.dialect.create_connect_args(self._url)
        except (ArgumentError, ValueError):
            raise _wrong_address() from None
        self._prepared = False
        self._preparing = threading.Lock()
        self._forgot = time.monotonic()

    def prepare(self) -> None:
        """Bring the tables up to date, once, and leave no connection open.

        Raises UnavailableError.
        """
        if self._prepared:
            return
        # A database that says nothing must not hold up one thread after the other.
        if not self._preparing.acquire(timeout=PATIENCE):
            raise UnavailableError
        try:
            with self._failures():
                if self._prepared:
                    return
                if self._url.drivername == "sqlite":
                    Path(str(self._url.database)).parent.mkdir(parents=True, exist_ok=True)
                migrate(self._url)
                self._prepared = True
        finally:
            self._preparing.release()
        try:
            self.forget_old()
        finally:
            self._engine.dispose()

    def check(self) -> None:
        """Raises UnavailableError where corrections could not be kept. (That a disk is full is told
        by the correction that finds no room.)

        To be asked now and then: what is old is forgotten here where nobody sends anything.
        """
        self.prepare()
        if time.monotonic() - self._forgot > FORGETTING:
            self.forget_old()
        # Of nothing: what may be read is not always written to, as on a standby.
        with self._failures(), self._engine.begin() as connection:
            connection.execute(sa.delete(corrections).where(sa.false()))

    def add(self, correction: Correction) -> bool:
        """Keep a correction: when this returns, it survives whatever happens to the process.

        Returns False when it is kept already. Raises UnavailableError, OtherCorrectionError, and
        FullError.
        """
        self.prepare()
        row = {**asdict(correction), "received": datetime.now(UTC)}
        with self._failures():
            try:
                with self._engine.begin() as connection:
                    self._forget_old(connection)
                    connection.execute(sa.insert(corrections), row)
                    # After it: SQLite has to lock before it reads.
                    count = sa.select(sa.func.count()).select_from(corrections)
                    if connection.execute(count).scalar_one() > self._most:
                        raise FullError
            except IntegrityError:
                kept = self._find(correction.key)
                if kept is None:  # It has gone meanwhile.
                    raise UnavailableError from None
                if kept != correction:
                    raise OtherCorrectionError from None
                return False
        return True

    def remove(self, key: str) -> bool:
        """Forget a correction; returns False when there is none. Raises UnavailableError."""
        self.prepare()
        with self._failures(), self._engine.begin() as connection:
            return connection.execute(sa.delete(corrections).filter_by(key=key)).rowcount > 0

    def all(self) -> Iterator[Correction]:
        """Every correction, in the order in which they came. Raises UnavailableError."""
        self.prepare()
        self.forget_old()
        columns = [corrections.c[name] for name in Correction.__dataclass_fields__]
        query = sa.select(*columns).order_by(corrections.c.received, corrections.c.key)
        with self._failures(), self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
            for row in rows:
                yield Correction(**row._mapping)

    def forget_old(self) -> None:
        """Delete what has been kept for as long as it may be. Raises UnavailableError."""
        with self._failures(), self._engine.begin() as connection:
            self._forget_old(connection)
        self._forgot = time.monotonic()

    def _forget_old(self, connection: sa.Connection) -> None:
        if self._days:
            oldest = datetime.now(UTC) - timedelta(days=self._days)
            connection.execute(sa.delete(corrections).where(corrections.c.received < oldest))

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turns the database's own failures into UnavailableError."""
        try:
            yield
        except IntegrityError:
            raise
        except FAILURES as error:
            if _is_emptied(error):
                self._prepared = False  # who comes next makes the tables anew
            logger.warning("the database fails: %s", str(error).splitlines()[0])
            raise UnavailableError from error

    def _find(self, key: str) -> Correction | None:
        columns = [corrections.c[name] for name in Correction.__dataclass_fields__]
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(*columns).filter_by(key=key)).one_or_none()
        return None if row is None else Correction(**row._mapping)


def migrate(url: sa.URL, revision: str = "head") -> None:
    """Bring a database's tables to a revision; several processes that do so wait for each other."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    # What reads before it writes has to lock before it reads.
    with _engine(url, NullPool, begin_sqlite="BEGIN IMMEDIATE").begin() as connection:
        if url.get_backend_name() == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7091998)"))
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


FAILURES = (DBAPIError, sa.exc.TimeoutError, OSError, CommandError)
"""What says that the database cannot be had, or is one of a later version's."""

UNDEFINED_TABLE = "42P01"
"""PostgreSQL's code for a table that is not there."""


def _is_emptied(error: Exception) -> bool:
    """Whether a failure says that the tables, or SQLite's folder, are no longer there."""
    said = getattr(error, "orig", None)
    return getattr(said, "sqlstate", None) == UNDEFINED_TABLE or str(said).startswith(
        ("no such table", "unable to open database file")
    )


def _address(url: str) -> sa.URL:
    """The address, with our driver; a file of SQLite's is looked for from the repository's root."""
    try:
        address = sa.make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        backend = ""
    if backend in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise _wrong_address()
    if address.database in (None, "", ":memory:"):
        raise StartupError("DATABASE_URL must name a file, or a PostgreSQL.")
    return address.set(drivername="sqlite", database=str(ROOT / str(address.database)))


def _wrong_address() -> StartupError:
    return StartupError(
        "DATABASE_URL must be sqlite:///path or postgresql://user:password@host/name: "
        "change it in the environment or in .env."
    )


def _engine(
    url: sa.URL, pool: type[sa.Pool] | None = None, begin_sqlite: str = "BEGIN"
) -> sa.Engine:
    if url.drivername != "sqlite":
        patience = {
            "connect_timeout": PATIENCE,
            # For a network that takes everything and brings nothing back.
            "tcp_user_timeout": 1000 * PATIENCE,
            "options": f"-c statement_timeout={PATIENCE}s",
        }
        waiting = {"poolclass": pool} if pool else {"pool_timeout": PATIENCE}
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args=patience, **waiting)
        sa.event.listen(engine, "do_connect", _connect_patiently)
        return engine
    engine = sa.create_engine(url, poolclass=pool or NullPool, connect_args={"timeout": PATIENCE})
    sa.event.listen(engine, "do_connect", partial(_make_file, Path(str(url.database))))
    sa.event.listen(engine, "connect", _set_up_sqlite)

    # The driver begins transactions too late for tables to be changed within one:
    # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-transactions
    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin_sqlite)

    return engine


def _connect_patiently(
    _dialect: sa.Dialect, _record: object, arguments: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    # It is loaded only where it is needed.
    from app.postgresql import Connection

    connection = Connection.connect(*arguments, **options)
    # Longer than the server's own time limit, after which a connection can still be used.
    connection.patience = PATIENCE + 1
    return connection


def _make_file(file: Path, *_: object) -> None:
    """For its owner alone, as SQLite's files beside it are then."""
    with suppress(FileNotFoundError):  # SQLite says that there is no folder
        if not file.exists():
            file.touch(0o600)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    # Readers do not wait for the writer; a commit is on the disk when it returns.
    _keep_a_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous=FULL")
    # What is forgotten is written over, whichever way SQLite was built.
    connection.execute("PRAGMA secure_delete=ON")


def _keep_a_write_ahead_log(connection: sqlite3.Connection) -> None:
    # Of several who change a new file's mode at once SQLite turns all but one away, however long
    # they would wait: each holds what another needs, see
    # https://www.sqlite.org/c3ref/busy_handler.html
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > until:
                raise
        time.sleep(random.uniform(0.001, 0.01))
