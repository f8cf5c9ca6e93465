"""The model card: what a network is, for people, written from the JSON beside its weights."""

from typing import Any

UNRELEASED = "-dev"
"""What the version of a run ends in, until it is shipped: nobody may take it for what ships."""

INTENDED_USE = (
    "Reads one handwritten digit, drawn or photographed, on paper of any brightness: the "
    "pipeline around the network finds the ink, scales and centres it."
)

# Measured anew for what ships at each release, whose card then says so ("weaknesses_measured").
WEAKNESSES = (
    "Nines whose head is small or open are close to threes and sevens: of the six writers who were "
    "measured it was one who wrote them so, and most mistakes are hers or his.",
    "Ones with a long up-stroke, as many Europeans write them, are close to sevens.",
    "Letters: about a tenth of those of an alphabet that it was not trained on are taken for "
    "digits, and most that look like digits.",
    "Scans of old books: a fifth is misread, and half are called no digit. Bits of "
    "neighbouring digits, fingers and frames around the digit count as ink, and so do lines of the "
    "paper that are nearly as dark as what is written, and hard shadows that take more than half "
    "of the light. A table is left out where it is less than half as bright as the sheet, or, if "
    "it shows on all four sides, three quarters, and where the sheet fills a quarter of the "
    "picture, but hardly ever where it is evenly black, as on a photograph whose contrast was "
    "stretched. Chalk on a photographed board, so broad that it fills a quarter, may be taken for "
    "a sheet where it has no notches, as some eights, nines and fours have none.",
    "Digits that are drawn small with a broad pen: where it is a third as broad as the digit is "
    "high, about one in twelve is called no digit.",
    "Zeros with a slash from the upper left, of which three in ten are called no digit, and zero, "
    "two, three, six, eight and nine as clocks show them, of upright and level lines, which all "
    "are.",
    "Careless strokes: where each goes on too long at both ends by an eighth of its length, or has "
    "gaps of a tenth, a quarter of the digits is called no digit.",
    "Digits turned by more than 30 degrees.",
    "Digits that end at the picture's edge: where a fifth of their height or breadth is missing, "
    "one in nine is misread, and three in ten are called no digit.",
    "Straight ones with a broad pen that are cut out without any margin, so that they fill the "
    "picture: many are called no digit.",
    "The pen digits come from 30 people of one university; other hands may differ.",
)

OF_OTHERS = (
    "As it was found of networks like it; `npm run evaluate` tells how much of it this one has:"
)

WEAKNESSES_OF_CLASSICS = (
    "It has learned MNIST's digits alone, or those that `--data` named: other pens and other hands "
    "it reads worse. `npm run compare` measures by how much.",
    "It has never been shown what is no digit: letters and scribbles it mostly takes for digits.",
    "Where on the picture it has its answer from it does not say, unless its last layer is a mean.",
)


def markdown(card: dict[str, Any]) -> str:
    """The model card as Markdown."""
    is_classic = "kind" in card["network"]
    weaknesses = WEAKNESSES_OF_CLASSICS if is_classic else WEAKNESSES
    sections = [
        f"# {card['name']} {card['version']}",
        INTENDED_USE,
        f"{card['parameters']:,} parameters. Code and weights under the MIT licence; for the data "
        "see NOTICE.md at the root of the repository.",
        "## Figures",
        _figures(card),
        "## What it is not good at",
        *([] if card.get("weaknesses_measured") or is_classic else [OF_OTHERS]),
        "\n".join(f"- {weakness}" for weakness in weaknesses),
        "## Data",
        "Learned from, or measured on: `t10k` files are for measuring alone.",
        _table("file", "SHA-256", card.get("data", {})),
        "## Recipe",
        _trained(card),
        _table("hyper-parameter", "value", card["recipe"]),
        "Held-out scores:",
        _table("score", "value", card["validation"]),
        "## Files",
        _table("file", "SHA-256", card["sha256"]),
    ]
    return "\n\n".join(sections) + "\n"


def _trained(card: dict[str, Any]) -> str:
    how = _last_run(card)
    if whole := card.get("whole_training"):
        how += (
            f" All its {whole['runs']} runs together, named in RESULTS.md, took {whole['minutes']} "
            f"minutes and {whole['epochs']} epochs of 500 steps."
        )
    return how


def _last_run(card: dict[str, Any]) -> str:
    best = f"The best epoch by held-out images and writers was {card['epoch']}."
    if chosen := card.get("chosen"):
        best = f"Its weights are those of epoch {card['epoch']}, {chosen}."
    if runs := card.get("mean_of"):
        each = "\n".join(f"- {run}" for run in runs)
        return (
            "The mean of the weights of these runs, by `npm run average`; then "
            f"`npm run export -- --int8`. The hyper-parameters are the first one's.\n\n{each}"
        )
    name = card["recipe"]["name"]
    taught = f", taught by {listed(card['teachers'])}" if "teachers" in card else ""
    if limit := card.get("limit"):
        taught += f", with at most {limit:,} pictures of each source"
    if start := card.get("start"):
        return (
            f"It goes on from {start}, with the hyper-parameters below{taught}, as "
            f"`npm run train -- --start` does; then `npm run export -- --int8`. {best}"
        )
    if name != "digits":
        return f"`npm run train -- --recipe {name}` with the hyper-parameters below{taught}. {best}"
    return (
        f"`npm run train` with the hyper-parameters below{taught}, then "
        f"`npm run export -- --run runs/digits --int8`. {best}"
    )


def listed(names: list[str]) -> str:
    """Names as in a sentence: "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def figures_table(figures: dict[str, Any]) -> str:
    """The figures of an evaluation as Markdown: a table and two lines."""
    rows = []
    for name, number in figures["pictures"].items():
        right = interval = "–"
        if name in figures["accuracy"]:
            right = f"{figures['accuracy'][name]:.2%}"
            low, high = figures["interval"][name]
            interval = f"{low:.2%} … {high:.2%}"
        accepted = f"{figures['accepted_as_digit'][name]:.1%}"
        rows.append(f"| {name} | {number} | {right} | {interval} | {accepted} |")
    errors = ", ".join(
        f"{name} {error:.4f}" for name, error in figures["calibration_error"].items()
    )
    return "\n".join(
        [
            "| pictures | number | read right | 95 % interval | accepted as a digit |",
            "| --- | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            f"Pen, mean of the ten conditions: **{figures['pen_mean']:.2%}**; worst condition: "
            f"{figures['pen_worst']:.2%}.",
            f"Expected calibration error: {errors}.",
        ]
    )


def _figures(card: dict[str, Any]) -> str:
    name, figures = card["name"], card.get("figures")
    model = f" --model {name}" if name != "digits" else ""
    if card["version"].endswith(UNRELEASED):
        # It knows not where it lies, and may have the name of another.
        is_whole = any(file.endswith(".safetensors") for file in card["sha256"])
        model = " --model RUN" if is_whole else f" --model RUN/{name} --engine onnx"
    if figures is None:
        return f"Not measured yet: `npm run evaluate --{model} --card`."
    engine = f" --engine {figures['engine']}" if figures["engine"] != "torch" else ""
    command = f"npm run evaluate --{model}{engine}".removesuffix(" --")
    return "\n\n".join(
        [
            f"`{command}`, one run with the engine {figures['engine']}. The pen digits are "
            "those of six writers who were held out of training, each drawn in ten conditions; the "
            "epoch and the calibration were chosen by them. An interval is that of other drawings "
            "by the same people: from one of them to another it differs more. Letters, blank paper "
            "and what follows are no digits; `is_digit` was fitted on the same alphabet's letters, "
            "drawn anew, and on other drawings of the same kinds of no digits.",
            figures_table(figures),
            "By writer, mean of the ten conditions:",
            _table(
                "writer",
                "read right",
                {
                    writer: f"{sum(accuracies.values()) / len(accuracies):.2%}"
                    for writer, accuracies in figures["pen_by_writer"].items()
                },
            ),
            "Taken for digits by a threshold that accepts 99 % of the digits:",
            _table(
                "what",
                "taken",
                {
                    name: f"{share:.1%}"
                    for name, share in figures["taken_when_99_percent_of_digits_are"].items()
                },
            ),
        ]
    )


def _table(left: str, right: str, values: dict[str, Any]) -> str:
    rows = [f"| {name} | `{value}` |" for name, value in values.items()]
    return "\n".join([f"| {left} | {right} |", "| --- | --- |", *rows])
