"""The model card: what a network is, for people, written from the JSON beside its weights."""

from typing import Any

INTENDED_USE = (
    "Reads one handwritten digit, drawn or photographed, on plain paper of any brightness: the "
    "pipeline around the network finds the ink, scales and centres it."
)

WEAKNESSES = (
    "Ones with a long up-stroke, as many Europeans write them, are close to sevens.",
    "Letters: `is_digit` rejects most scribbles and overlaid digits, but takes many letters of "
    "alphabets that it was not trained on for digits.",
    "Ruled or squared paper, bits of neighbouring digits and hard shadows count as ink.",
    "Several digits side by side are taken for one.",
    "The pen digits come from 30 people of one university; other hands may differ.",
)


def markdown(card: dict[str, Any]) -> str:
    """The model card as Markdown."""
    sections = [
        f"# {card['name']} {card['version']}",
        INTENDED_USE,
        f"{card['parameters']:,} parameters. Code and weights under the MIT licence; for the data "
        "see NOTICE.md at the root of the repository.",
        "## Figures",
        _figures(card.get("figures")),
        "## What it is not good at",
        "\n".join(f"- {weakness}" for weakness in WEAKNESSES),
        "## Data",
        _table("file", "SHA-256", card.get("data", {})),
        "## Recipe",
        "`npm run train`, then `npm run export -- --run runs/digits`. The best epoch by held-out "
        f"images and writers was {card['epoch']}.",
        _table("hyper-parameter", "value", card["recipe"]),
        "Held-out scores of that epoch during training:",
        _table("score", "value", card["validation"]),
        "## Files",
        _table("file", "SHA-256", card["sha256"]),
    ]
    return "\n\n".join(sections) + "\n"


def figures_table(figures: dict[str, Any]) -> str:
    """The figures of an evaluation as Markdown: a table and two lines."""
    rows = []
    for name, number in figures["pictures"].items():
        accuracy = figures["accuracy"].get(name)
        right = "–" if accuracy is None else f"{accuracy:.2%}"
        rows.append(f"| {name} | {number} | {right} | {figures['accepted_as_digit'][name]:.1%} |")
    error = figures["calibration_error"]
    return "\n".join(
        [
            "| pictures | number | read right | accepted as a digit |",
            "| --- | ---: | ---: | ---: |",
            *rows,
            "",
            f"Pen, mean of the ten conditions: **{figures['pen_mean']:.2%}**; worst condition: "
            f"{figures['pen_worst']:.2%}.",
            f"Expected calibration error: MNIST {error['MNIST test']:.4f}, pen {error['pen']:.4f}.",
        ]
    )


def _figures(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return "Not measured yet: `npm run evaluate -- --card`."
    return (
        "`npm run evaluate`, one run; the pen digits are those of six writers who were held out, "
        "each drawn in ten conditions.\n\n" + figures_table(figures)
    )


def _table(left: str, right: str, values: dict[str, Any]) -> str:
    rows = [f"| {name} | `{value}` |" for name, value in values.items()]
    return "\n".join([f"| {left} | {right} |", "| --- | --- |", *rows])
