"""The notebook, executed from its first cell to its last, with a few steps."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "model" / "train_model_notebook.ipynb"


@pytest.mark.usefixtures("the_data")
@pytest.mark.filterwarnings("ignore:.*asyncio.*:DeprecationWarning")
def test_the_notebook_trains_measures_and_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITS_RUNS", str(tmp_path))
    monkeypatch.setenv("NOTEBOOK_OPTIONS", "--limit 100 --epochs 1 --steps 2 --track none")
    monkeypatch.setenv("NOTEBOOK_LIMIT", "2")
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    # Raises what a cell raises.
    client = NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    )
    client.execute()
    assert (tmp_path / "lenet-trained.zip").is_file()
    assert (tmp_path / "lenet" / "lenet.onnx").is_file()
    assert (tmp_path / "lenet" / "evaluation" / "report.html").is_file()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 4
    assert "A stroke is read as" in str(outputs)


def test_the_notebook_is_committed_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)
