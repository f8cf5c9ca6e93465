"""The settings: one table of names, defaults and meanings, read from the environment and `.env`.

`python -m app.settings` prints the table in Markdown.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from model.cores import cores

ROOT = Path(__file__).resolve().parents[2]
"""The root of the repository, where `.env` and the built client lie."""


VERSION = "1.0.0"
"""Of the application; the model has one of its own."""


class StartupError(Exception):
    """The application cannot start; the message is one sentence that says how to mend it."""


def default_workers() -> int:
    """One worker a core; beyond four, memory is worth more than speed."""
    return min(cores(), 4)


def _text(value: str) -> str:
    return value


def _model(value: str) -> str:
    """A model's name, or the folder of a run: from the checkout's root, as in all commands."""
    return str(ROOT / value) if len(Path(value).parts) > 1 else value


def _whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and lowest <= int(value[:20]) <= highest):
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return int(value)

    return parse


def _true_or_false(value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
        raise ValueError("true or false")
    return value.lower() in ("true", "1", "yes", "on")


def _one_of(*names: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return value.lower()

    return parse


def _setting(
    default: str | int | Callable[[], int],
    meaning: str,
    parse: Callable[[str], str | int] = _text,
    shown: str = "",
) -> Any:
    """shown: the default in words, where it has no value of its own"""
    metadata = {"meaning": meaning, "parse": parse, "shown": shown or str(default)}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """What can be set; the environment variable is the name in capitals."""

    host: str = _setting(
        "127.0.0.1", "Address to listen on; `0.0.0.0` lets other machines on the network in"
    )
    port: int = _setting(5000, "Port to listen on", _whole_number(0, 65535))
    engine: str = _setting(
        "",
        "What runs the model: `torch`, `openvino` or `onnx`",
        _one_of("torch", "openvino", "onnx"),
        shown="the fastest on a CPU: `onnx`, or `torch` for a model without an ONNX file",
    )
    openvino_device: str = _setting(
        "CPU", "Where OpenVINO computes: `CPU`, `GPU`, `NPU`, `AUTO:NPU,CPU` …"
    )
    model: str = _setting(
        "digits",
        "Name of a model in `server/model/weights/` or `runs/`, or the folder of a run",
        _model,
    )
    workers: int = _setting(
        default_workers,
        "Processes that answer requests (not on Windows: one there)",
        _whole_number(1, 256),
        shown="one a core, at most 4",
    )
    max_bytes: int = _setting(
        4 * 1024 * 1024,
        "Largest picture in bytes, as a file: base64 may be a third longer",
        _whole_number(1024, 1024**3),
        shown="4194304",
    )
    max_pixels: int = _setting(
        25_000_000,
        "Largest picture in pixels, width × height",
        _whole_number(784, 89_000_000),
    )
    max_batch: int = _setting(256, "Most pictures in one batch", _whole_number(1, 10_000))
    database_url: str = _setting(
        "sqlite:///data/corrections.sqlite3",
        "Where corrections are kept: a file of SQLite's, or `postgresql://user:password@host/name`",
    )
    corrections_token: str = _setting(
        "",
        "Secret that whoever fetches the corrections has to send; without one nobody can",
        shown="none",
    )
    corrections_days: int = _setting(
        365, "Days for which corrections are kept; 0 is for ever", _whole_number(0, 36_500)
    )
    corrections_most: int = _setting(
        50_000,
        "Most corrections that are kept at once; who sends more is asked to come back later",
        _whole_number(1, 10_000_000),
        shown="50000",
    )
    ratelimit_enabled: bool = _setting(
        True,
        "Whether a client (of IPv6: a /64) may send only so many requests a minute: `true` or "
        "`false`",
        _true_or_false,
        shown="true",
    )
    redis_url: str = _setting(
        "",
        "Where requests are counted for all processes together, e.g. `redis://localhost`",
        shown="each process by itself",
    )
    proxies: int = _setting(
        0,
        "How many proxies stand before the server and say who the client is",
        _whole_number(0, 10),
    )
    metrics_token: str = _setting(
        "",
        "Secret that whoever fetches `/api/metrics` (Prometheus) sends; without one nobody can",
        shown="none",
    )
    log_format: str = _setting(
        "text", "How it is logged: `text`, or `json`, one object a line", _one_of("text", "json")
    )
    log_level: str = _setting(
        "warning",
        "What is logged: `debug`, `info` (every request), `warning` or `error`, and what is graver",
        _one_of("debug", "info", "warning", "error"),
    )


def read_settings(environment: Mapping[str, str | None] | None = None) -> Settings:
    """Read the settings; what is empty or absent takes its default.

    environment: names and values; None reads `.env` and, going before it, the process's own
    Raises StartupError for a value that cannot be used.
    """
    if environment is None:
        environment = {**_dotenv(ROOT / ".env"), **os.environ}
    chosen = {}
    for entry in fields(Settings):
        value = (environment.get(entry.name.upper()) or "").strip()
        if value:
            chosen[entry.name] = _parse(entry, value)
    return Settings(**chosen)


def _dotenv(path: Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(path)
    except (OSError, UnicodeDecodeError) as error:
        raise StartupError(f"{path} cannot be read: save it as a text file in UTF-8.") from error


def _parse(entry: "Field[Any]", value: str) -> Any:
    try:
        return entry.metadata["parse"](value)
    except ValueError as error:
        raise StartupError(
            f"{entry.name.upper()} must be {error}, not {value[:40]!r}: "
            "change it in the environment or in .env."
        ) from error


def markdown_table() -> str:
    """The settings as a Markdown table, for the README."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for entry in fields(Settings):
        default = entry.metadata["shown"]
        if entry.default is not MISSING and entry.default != "":
            default = f"`{default}`"
        rows.append(f"| `{entry.name.upper()}` | {default} | {entry.metadata['meaning']} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(markdown_table())
