"""Settings come from one table, and a wrong one is told of with how to mend it."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import create_app, settings
from app.settings import ROOT, Settings, StartupError, markdown_table, read_settings

NAMES = [entry.name.upper() for entry in dataclasses.fields(Settings)]


def test_every_setting_has_a_default() -> None:
    chosen = read_settings({})
    assert chosen == Settings()
    assert (chosen.host, chosen.port, chosen.engine) == ("127.0.0.1", 5000, "")
    assert chosen.max_bytes == 4 * 1024 * 1024
    assert 1 <= chosen.workers <= 4


def test_settings_are_read_from_the_environment() -> None:
    chosen = read_settings({"PORT": " 8080 ", "ENGINE": "ONNX", "MAX_PIXELS": "1000", "HOME": "/"})
    assert (chosen.port, chosen.engine, chosen.max_pixels) == (8080, "onnx", 1000)


def test_an_empty_setting_takes_its_default() -> None:
    assert read_settings({"PORT": "", "ENGINE": None}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("PORT", "http", "a whole number from 0 to 65535"),
        ("PORT", "65536", "a whole number from 0 to 65535"),
        ("PORT", "-1", "a whole number from 0 to 65535"),
        ("PORT", "9" * 5000, "a whole number from 0 to 65535"),
        ("WORKERS", "0", "a whole number from 1 to 256"),
        ("MAX_BYTES", "4MB", "a whole number from 1024 to 1073741824"),
        ("ENGINE", "tensorflow", "one of torch, openvino, onnx"),
        ("LOG_LEVEL", "loud", "one of debug, info, warning, error"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(name: str, value: str, wanted: str) -> None:
    with pytest.raises(StartupError) as caught:
        read_settings({name: value})
    sentence = str(caught.value)
    assert sentence.startswith(f"{name} must be {wanted}, not '{value[:40]}'")
    assert sentence.endswith("change it in the environment or in .env.")


def test_dotenv_is_read_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=7001\nENGINE=onnx\n", encoding="utf-8")
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    monkeypatch.setenv("PORT", "7002")
    monkeypatch.delenv("ENGINE", raising=False)
    chosen = read_settings()
    assert (chosen.port, chosen.engine) == (7002, "onnx")


def test_a_dotenv_that_is_no_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe\n")
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    with pytest.raises(StartupError, match=r"\.env cannot be read"):
        read_settings()


def test_the_folder_of_a_run_begins_at_the_checkout() -> None:
    assert read_settings({"MODEL": "runs/mine"}).model == str(ROOT / "runs" / "mine")
    assert read_settings({"MODEL": "lenet"}).model == "lenet"


def test_the_network_knows_nothing_of_the_application() -> None:
    files = list((ROOT / "server" / "model").rglob("*.py"))
    assert len(files) > 50
    imports = re.compile(r"^\s*(from|import) app\b", re.MULTILINE)
    assert [file for file in files if imports.search(file.read_text(encoding="utf-8"))] == []


def test_an_unknown_model_or_device_stops_the_start() -> None:
    with pytest.raises(StartupError, match="no model 'letters'"):
        create_app(Settings(model="letters"))
    with pytest.raises(StartupError, match="device 'TOASTER'"):
        create_app(Settings(engine="openvino", openvino_device="TOASTER"))


def test_the_table_names_every_setting_its_default_and_its_meaning() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "app.settings"],
        cwd=ROOT / "server",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert finished.stderr == ""
    printed = finished.stdout
    assert printed.strip() == markdown_table()
    rows = printed.strip().splitlines()[2:]
    assert [row.split("|")[1].strip(" `") for row in rows] == NAMES
    assert all(cell.strip() for row in rows for cell in row.split("|")[1:4])


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_names_every_setting(name: str) -> None:
    assert f"`{name}`" in (ROOT / "README.md").read_text(encoding="utf-8")
