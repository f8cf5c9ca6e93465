"""One HTML page with the tables and pictures of an evaluation, which opens offline."""

import base64
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

PICTURES = {
    "reliability": "Does a confidence of 90 % mean that nine in ten are right? Points on the line "
    "are honest; the more answers, the larger a point.",
    "rejection": "Left: what else is taken for a digit when so many digits are accepted "
    "(`is_digit`). Right: how few errors are left when only the most confident answers are kept.",
    "robustness": "The same digits, harmed by degrees: how many are read right, and how many pass "
    "for a digit at all (`is_digit` of a half or more).",
    "confusion-mnist": "What was written (rows) and what was read (columns), MNIST test.",
    "confusion-pen": "What was written (rows) and what was read (columns), pen, ten conditions.",
    "mistakes-mnist": "Mistakes on the MNIST test set: written → read.",
    "mistakes-pen": "Mistakes on the pen digits, ten conditions: written → read.",
}
"""Names of the PNG files in the report's folder, and what each shows."""


def write_report(card: dict[str, Any], figures: dict[str, Any], command: str, folder: Path) -> None:
    """Write `report.html` into the folder where the figures' pictures lie."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pictures = [
        (base64.b64encode((folder / f"{name}.png").read_bytes()).decode("ascii"), caption)
        for name, caption in PICTURES.items()
    ]
    page = environment.get_template("report.html").render(
        card=card, figures=figures, command=command, pictures=pictures
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
