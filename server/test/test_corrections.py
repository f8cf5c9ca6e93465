"""Corrections are kept once, with consent only, in SQLite and in PostgreSQL alike."""

import base64
import csv
import io
import sqlite3
import threading
import time
import zipfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import TOKEN
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from uploads import file_of, seven

from app import create_app, database
from app.database import Correction, Database, FullError, UnavailableError, migrate
from app.settings import Settings

ADDRESS = "/api/corrections"
TOKEN_HEADER = {"Authorization": f"Bearer {TOKEN}"}


def correction(key: str = "a" * 32, **changed: Any) -> Correction:
    fields: dict[str, Any] = {
        "key": key,
        "made": datetime(2026, 1, 2, 12, 30, tzinfo=UTC),
        "read": 1,
        "was": 7,
        "model": "digits 1.0.0",
        "picture": b"a picture",
    }
    return Correction(**{**fields, **changed})


def body(key: str = "k" * 32, /, **changed: Any) -> dict[str, Any]:
    image = "data:image/png;base64," + base64.b64encode(file_of(seven())).decode("ascii")
    return {
        "key": key,
        "image": image,
        "read": 1,
        "was": 7,
        "model": "digits 1.0.0",
        "made": "2026-01-02T13:30:00+01:00",
        "consent": True,
        **changed,
    }


def test_a_correction_is_there_when_the_database_is_opened_again(url: str) -> None:
    assert Database(url, days=0).add(correction())
    assert list(Database(url, days=0).all()) == [correction()]


def test_a_correction_that_is_sent_twice_is_kept_once(url: str) -> None:
    kept = Database(url, days=0)
    assert kept.add(correction())
    assert not kept.add(correction())
    assert len(list(kept.all())) == 1


def test_another_correction_under_the_same_key_changes_nothing(url: str) -> None:
    kept = Database(url, days=0)
    kept.add(correction())
    with pytest.raises(database.OtherCorrectionError):
        kept.add(correction(was=4))
    assert list(kept.all()) == [correction()]


def test_many_writers_lose_and_double_nothing(url: str) -> None:
    """Each key is sent by four threads at once, on databases that nobody has prepared."""
    keys = [f"{number:032}" for number in range(20)]
    new: list[bool] = []

    def write() -> None:
        own = Database(url, days=0)
        new.extend(own.add(correction(key)) for key in keys)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(new), sum(new)) == (80, 20)
    assert sorted(one.key for one in Database(url, days=0).all()) == keys


def test_a_new_database_that_another_writes_to_is_waited_for(tmp_path: Path) -> None:
    """SQLite itself does not wait there: it says at once that the database is locked."""
    file = tmp_path / "corrections.sqlite3"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE theirs (number)")
    other.execute("BEGIN IMMEDIATE")
    soon = threading.Timer(0.3, other.execute, ["COMMIT"])
    soon.start()
    assert Database(f"sqlite:///{file}", days=0).add(correction())
    soon.join()
    other.close()


def test_a_correction_can_be_taken_back(url: str) -> None:
    kept = Database(url, days=0)
    kept.add(correction())
    assert kept.remove("a" * 32)
    assert not kept.remove("a" * 32)
    assert list(kept.all()) == []


def test_no_more_are_kept_than_may_be(url: str) -> None:
    kept = Database(url, days=0, most=2)
    for key in ("a" * 32, "b" * 32):
        assert kept.add(correction(key))
    with pytest.raises(FullError):
        kept.add(correction("c" * 32))
    assert not kept.add(correction("a" * 32))  # it is there already
    assert len(list(kept.all())) == 2
    kept.remove("a" * 32)
    assert kept.add(correction("c" * 32))


def test_who_sends_more_is_asked_to_come_back_later(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'corrections.sqlite3'}"
    client = create_app(Settings(database_url=url, corrections_most=1)).test_client()
    assert client.post(ADDRESS, json=body()).status_code == 201
    response = client.post(ADDRESS, json=body("n" * 16))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "3600"
    assert "As many corrections are kept" in response.get_json()["detail"]


def test_corrections_are_forgotten_when_their_time_is_over(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Database(url, days=30)
    kept.add(correction())
    later = datetime.now(UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Clock":
            return cls.fromtimestamp(later.timestamp(), tz)

    monkeypatch.setattr(database, "datetime", Clock)
    later += timedelta(days=29)
    assert len(list(kept.all())) == 1
    later += timedelta(days=2)
    assert list(kept.all()) == []


def test_a_database_that_says_nothing_holds_up_one_thread_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, silence = threading.Event(), threading.Event()

    def hang(_: sa.URL) -> None:
        asked.set()
        silence.wait(10)
        raise OSError("nothing came back")

    monkeypatch.setattr(database, "PATIENCE", 0.05)
    monkeypatch.setattr(database, "migrate", hang)
    kept = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}", days=0)

    def wait() -> None:
        with suppress(UnavailableError):
            kept.prepare()

    first = threading.Thread(target=wait)
    first.start()
    assert asked.wait(10)
    with pytest.raises(UnavailableError):
        kept.prepare()
    silence.set()
    first.join()


def test_the_migrations_make_the_tables_that_the_code_describes(url: str) -> None:
    kept = Database(url, days=0)
    kept.prepare()
    with kept._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), database.metadata) == []


def test_the_migrations_can_be_taken_back(url: str) -> None:
    kept = Database(url, days=0)
    kept.add(correction())
    migrate(kept._url, "base")
    with kept._engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]


def test_a_database_that_cannot_be_reached_says_so_soon() -> None:
    with pytest.raises(UnavailableError):
        Database("postgresql://app@127.0.0.1:1/none", days=0).add(correction())


def exported(client: FlaskClient) -> zipfile.ZipFile:
    response = client.get(ADDRESS, headers=TOKEN_HEADER)
    assert response.status_code == 200, response.text
    return zipfile.ZipFile(io.BytesIO(response.data))


@pytest.fixture
def empty(url: str) -> Flask:
    """An application with nothing kept yet."""
    return create_app(Settings(database_url=url, corrections_token=TOKEN))


def test_a_posted_correction_comes_back_in_the_archive(empty: Flask) -> None:
    client = empty.test_client()
    response = client.post(ADDRESS, json=body())
    assert (response.status_code, response.get_json()) == (201, {"key": "k" * 32})
    assert client.post(ADDRESS, json=body()).status_code == 200
    assert client.post(ADDRESS, json=body("n" * 16, read=None, was=None)).status_code == 201
    archive = exported(client)
    assert sorted(archive.namelist()) == ["corrections.csv", f"{'k' * 32}.png", f"{'n' * 16}.png"]
    rows = list(csv.DictReader(io.StringIO(archive.read("corrections.csv").decode(), newline="")))
    assert [(row["read"], row["was"]) for row in rows] == [("1", "7"), ("no digit", "no digit")]
    assert rows[0]["made"] == "2026-01-02T12:30:00+00:00"
    picture = Image.open(io.BytesIO(archive.read(f"{'k' * 32}.png")))
    assert (picture.size, picture.mode) == ((384, 384), "L")
    assert client.delete(f"{ADDRESS}/{'k' * 32}").status_code == 204
    assert f"{'k' * 32}.png" not in exported(client).namelist()


def test_nothing_in_the_table_is_a_formula(empty: Flask) -> None:
    client = empty.test_client()
    models = ('=SUM("A2";1)', "+1", "-1", "@A1", ";=1", "mine-é (2)/1.0", "")
    for number, model in enumerate(models):
        sent = {**body(str(number) * 16), "model": model}
        assert client.post(ADDRESS, json=sent).status_code == 201
    table = io.StringIO(exported(client).read("corrections.csv").decode(), newline="")
    found = sorted(row["model"] for row in csv.DictReader(table))
    assert found == ["", "_1", "_1", "_A1", "_SUM(_A2__1)", "__1", "mine-é (2)/1.0"]


def test_corrections_are_handed_out_by_a_computer_whose_clock_has_stopped(
    empty: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = empty.test_client()
    assert client.post(ADDRESS, json=body()).status_code == 201
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(0))
    archive = exported(client)
    assert archive.testzip() is None
    assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_nothing_is_kept_of_a_file_but_its_picture(client: FlaskClient) -> None:
    image = seven()
    exif = image.getexif()
    exif[0x010E] = "taken at my place"
    data = base64.b64encode(file_of(image, "JPEG", exif=exif)).decode("ascii")
    assert client.post(ADDRESS, json=body("e" * 32, image=data)).status_code == 201
    assert b"my place" not in exported(client).read(f"{'e' * 32}.png")


@pytest.mark.parametrize(
    ("changed", "status", "detail"),
    [
        ({"consent": False}, 422, 'Nothing is kept without "consent": true.'),
        ({"consent": "true"}, 422, 'Nothing is kept without "consent": true.'),
        ({"consent": None}, 422, 'Nothing is kept without "consent": true.'),
        ({"was": 10}, 422, 'The field "was": Input should be less than or equal to 9.'),
        ({"was": "7"}, 422, 'The field "was": Input should be a valid integer.'),
        ({"was": True}, 422, 'The field "was": Input should be a valid integer.'),
        ({"read": -1}, 422, 'The field "read": Input should be greater than or equal to 0.'),
        ({"key": "short"}, 422, 'The field "key": String should match pattern'),
        ({"key": "../" * 8}, 422, 'The field "key": String should match pattern'),
        ({"made": "yesterday"}, 422, 'The field "made": Value error, a moment is a string as in'),
        ({"made": "1767355200"}, 422, 'The field "made": Value error, a moment is a string as in'),
        ({"made": "2026-01-02"}, 422, 'The field "made": Value error, a moment is a string as in'),
        ({"made": "2026-13-02T12:00:00Z"}, 422, 'The field "made": Input should be a valid datet'),
        ({"made": "2026-01-02T12:00:00"}, 422, 'The field "made": Input should have timezone'),
        ({"made": "0001-01-01T00:00:00+14:00"}, 422, 'The field "made": Value error, a moment'),
        ({"made": "9999-12-31T23:59:59-14:00"}, 422, 'The field "made": Value error, a moment'),
        ({"model": "a\x00b"}, 422, 'The field "model": String should match pattern'),
        ({"model": "a\x85b"}, 422, 'The field "model": String should match pattern'),
        ({"model": "a\u2028b"}, 422, 'The field "model": String should match pattern'),
        ({"model": "a\u2029b"}, 422, 'The field "model": String should match pattern'),
        ({"model": "\ud800"}, 422, 'The field "model": Input should be a valid string'),
        ({"model": "m" * 101}, 422, 'The field "model": String should have at most 100'),
        ({"more": 1}, 422, 'The field "more": Extra inputs are not permitted.'),
        ({"image": "no picture"}, 400, "The image is neither a data URL nor base64."),
        ({"image": "AAAA"}, 400, "This is no picture, or a damaged one"),
        ({"image": ""}, 422, "The picture is empty"),
    ],
)
def test_a_wrong_correction_is_refused_with_the_reason(
    client: FlaskClient, changed: dict[str, Any], status: int, detail: str
) -> None:
    before = exported(client).namelist()
    response = client.post(ADDRESS, json=body("w" * 32, **changed))
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert response.get_json()["detail"].startswith(detail)
    assert exported(client).namelist() == before


def test_what_names_no_correction_is_forgotten_without_ado(empty: Flask) -> None:
    for key in ("short", "%00" * 20, "%ed%a0%80" * 20, "'; DROP TABLE corrections; --"):
        assert empty.test_client().delete(f"{ADDRESS}/{key}").status_code == 204


@pytest.mark.parametrize("missing", ["key", "image", "read", "was", "model", "made", "consent"])
def test_every_field_is_needed(client: FlaskClient, missing: str) -> None:
    sent = body("m" * 32)
    del sent[missing]
    assert client.post(ADDRESS, json=sent).status_code == 422


@pytest.mark.parametrize("message", ["[]", "1", "null", '"text"'])
def test_what_is_no_object_is_refused(client: FlaskClient, message: str) -> None:
    response = client.post(ADDRESS, data=message, content_type="application/json")
    assert response.status_code == 422


def test_a_key_that_names_another_correction_is_a_conflict(client: FlaskClient) -> None:
    assert client.post(ADDRESS, json=body("c" * 32)).status_code == 201
    response = client.post(ADDRESS, json=body("c" * 32, was=4))
    assert (response.status_code, response.get_json()["title"]) == (409, "Conflict")


@pytest.mark.parametrize(
    "header", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN}x", "Bearer ü"]
)
def test_who_does_not_know_the_token_fetches_nothing(
    client: FlaskClient, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = client.get(ADDRESS, headers=headers)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert response.content_type == "application/problem+json"


def test_without_a_token_in_the_settings_nobody_fetches_anything(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'c.sqlite3'}")
    response = create_app(settings).test_client().get(ADDRESS, headers={"Authorization": "Bearer "})
    assert response.status_code == 403
    assert "CORRECTIONS_TOKEN" in response.get_json()["detail"]


def test_digits_are_read_while_the_database_is_away() -> None:
    away = Settings(database_url="postgresql://app@127.0.0.1:1/none", corrections_token=TOKEN)
    client = create_app(away).test_client()
    reading = client.post("/api/recognize", data=file_of(seven()), content_type="image/png")
    assert reading.get_json()["text"] == "7"
    for response in (
        client.post(ADDRESS, json=body()),
        client.get(ADDRESS, headers=TOKEN_HEADER),
        client.delete(f"{ADDRESS}/{'k' * 32}"),
    ):
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
