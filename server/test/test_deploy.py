"""What is shipped for deployment is sound, as far as can be seen without building it."""

import os
import re
import sqlite3
import subprocess
import sys
import sysconfig
from contextlib import closing
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from services import needed

from app.settings import ROOT, read_settings

DEPLOY = ROOT / "deploy"


def test_the_dockerfile_is_clean() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    if sys.platform == "win32":
        pytest.skip("hadolint is not to be had for Windows")
    found = subprocess.run(
        [hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (0, "")


def test_what_is_copied_into_the_image_is_there() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        place
        for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE)
        for place in line.split()[:-1]
    ]
    assert len(copied) > 8
    assert [place for place in copied if not (ROOT / place).exists()] == []


def test_what_is_set_in_containers_are_settings() -> None:
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    block = compose.partition("environment:\n")[2].partition("    depends_on:")[0]
    names = re.findall(r"^      (\w+):", block, re.MULTILINE)
    assert {"DATABASE_URL", "REDIS_URL", "PROXIES"} <= set(names)
    settings = read_settings({"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"})
    assert all(hasattr(settings, name.lower()) for name in names)


def test_what_is_known_by_its_address_in_containers_keeps_it() -> None:
    """nginx and the application look no names up that nobody knows while their owner is away."""
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    application, redis = re.findall(r"^        ipv4_address: (\S+)$", compose, re.MULTILINE)
    inside, outside, _ = map(
        ip_network, re.findall(r"^        - subnet: (\S+)$", compose, re.MULTILINE)
    )
    assert ip_address(application) in list(outside.hosts())[1:]
    assert ip_address(redis) in list(inside.hosts())[1:]
    assert f'extra_hosts: ["app:{application}"]' in compose
    assert f"REDIS_URL: redis://{redis}\n" in compose


def commands() -> list[str]:
    """All lines of shell in the guide."""
    guide = (DEPLOY / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_a_new_version_is_fetched_by_whom_the_checkout_belongs_to() -> None:
    """git refuses everybody else: "dubious ownership"."""
    pulls = [line for line in commands() if "git pull" in line]
    assert len(pulls) == 2
    assert all("&& sudo git pull" in line for line in pulls)
    assert "`git pull`" not in (DEPLOY / "README.md").read_text(encoding="utf-8")


def scripts() -> list[str]:
    """The guide's lines of shell, those that belong together in one."""
    text = "\n".join(commands())
    return re.findall(r"^sudo sh -ec '[^']*'$|^.*$", text, re.MULTILINE)


def test_the_backup_of_sqlite_has_what_is_not_in_its_file_yet_and_brings_it_back(
    tmp_path: Path,
) -> None:
    needed("sqlite3")
    data, backups, elsewhere = (tmp_path / name for name in ("data", "backups", "elsewhere"))
    for folder in (data, backups, elsewhere):
        folder.mkdir()
    file = data / "corrections.sqlite3"
    backup, restore = (
        script.removeprefix("sudo ")
        .replace("/var/lib/digit-recognizer", str(data))
        .replace("/var/backups", str(backups))
        .replace("systemctl ", "true ")
        for script in scripts()
        if "corrections.sqlite3" in script
    )
    with closing(sqlite3.connect(file, isolation_level=None)) as running:
        running.execute("PRAGMA journal_mode=WAL")
        running.execute("CREATE TABLE corrections (key)")
        running.execute("INSERT INTO corrections VALUES ('a')")
        subprocess.run(backup, shell=True, cwd=tmp_path, check=True, timeout=30)
        running.execute("UPDATE corrections SET key = 'b'")
    copy = backups / "corrections.sqlite3"
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT key FROM corrections").fetchall() == [("a",)]
    away = copy.rename(backups / "away")
    assert subprocess.run(restore, shell=True, cwd=elsewhere, check=False).returncode != 0
    with closing(sqlite3.connect(file)) as untouched:
        assert untouched.execute("SELECT key FROM corrections").fetchall() == [("b",)]
    away.rename(copy)
    # What is to be replaced may no longer be a database at all.
    for damaged in (file, data / "corrections.sqlite3-wal"):
        damaged.write_bytes(bytes(5000))
    subprocess.run(restore, shell=True, cwd=elsewhere, check=True, timeout=30)
    assert [found.name for found in data.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(file)) as restored:
        assert restored.execute("SELECT key FROM corrections").fetchall() == [("a",)]


def test_a_damaged_backup_of_postgresql_costs_nothing_and_a_whole_one_is_brought_back(
    postgresql: str, tmp_path: Path
) -> None:
    backup, restore = (
        script.removeprefix("sudo ")
        .replace(
            "docker compose -f /opt/digit-recognizer/deploy/compose.yaml exec -T database ", ""
        )
        .replace("docker compose exec -T database ", "")
        .replace("docker compose ", "true ")
        .replace("/opt/digit-recognizer/deploy", str(tmp_path))
        .replace("/var/backups", str(tmp_path))
        for script in scripts()
        if "corrections.sql\n" in script or script.endswith("corrections.sql'")
    )
    server = urlsplit(postgresql)
    environment = {
        **os.environ,
        "PGHOST": str(server.hostname),
        "PGPORT": str(server.port),
        "PATH": f"{Path(needed('psql')).parent}:{os.environ['PATH']}",
    }

    def run(script: str) -> int:
        return subprocess.run(
            script, shell=True, env=environment, cwd=tmp_path, check=False, timeout=30
        ).returncode

    def key() -> str:
        asked = ["psql", "-qAt", "-U", "app", "-c", "SELECT key FROM corrections", "corrections"]
        return subprocess.run(
            asked, env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    made = "CREATE TABLE corrections AS SELECT 'a' AS key"
    assert run(f'createdb -U app corrections && psql -q -U app -c "{made}" corrections') == 0
    assert run(backup) == 0
    assert run("psql -q -U app -c \"UPDATE corrections SET key = 'b'\" corrections") == 0
    kept = tmp_path / "corrections.sql"
    whole = kept.read_text()
    kept.write_text(whole.replace("COPY public.corrections", "COPY public.others"))
    assert run(restore) != 0
    assert key() == "b"
    kept.write_text(whole[: whole.index("\\.\n")])
    assert run(restore) != 0
    assert key() == "b"
    kept.write_text(whole)
    assert run(restore) == 0
    assert key() == "a"


def test_the_backup_of_postgresql_is_of_the_database_in_containers() -> None:
    (command,) = [line for line in commands() if "pg_dump" in line]
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    user, database = re.findall(r"POSTGRES_(?:USER|DB): (\w+)", compose)
    assert f"exec -T database pg_dump -U {user} {database} > " in command
