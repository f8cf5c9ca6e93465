"""The comparison of recipes: a small one trained, a shipped one loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model import data
from model.compare import BEGIN, END, into_readme, main
from model.errors import ModelError

SERVER = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(
    not (data.data_folder() / "pen").is_dir(),
    reason="the data is not there: set DIGITS_DATA, or run `npm run train` once",
)
def test_what_is_missing_is_trained_and_all_is_measured(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model.compare", "--recipes", "digits", "mlp"]
    ended = subprocess.run(
        [*command, "--epochs", "1", "--limit", "20"],
        cwd=SERVER,
        env={**os.environ, "DIGITS_RUNS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    digits, mlp = json.loads((tmp_path / "comparison" / "recipes.json").read_text())
    assert digits["mnist"] > 0.9
    assert digits["pen"] > 0.9
    assert mlp["parameters"] == 784 * 5 + 5 + 5 * 10 + 10
    assert mlp["minutes"] is not None
    # A short run is not what `mlp` stands for from now on.
    assert not (tmp_path / "mlp").exists()
    short = tmp_path / "comparison" / "mlp--epochs=1--limit=20"
    assert (short / "mlp.safetensors").is_file()
    assert "| `mlp` |" in ended.stdout
    assert (tmp_path / "comparison" / "recipes.png").read_bytes().startswith(b"\x89PNG")


def test_the_readme_gets_no_table_of_short_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--readme", "--epochs", "1"])
    assert ended.value.code == 2
    assert "whole runs" in capsys.readouterr().err


def test_the_table_goes_where_the_readme_has_a_place_for_it(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    into_readme("new", readme)
    assert readme.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    readme.write_text("nothing")
    with pytest.raises(ModelError):
        into_readme("new", readme)
