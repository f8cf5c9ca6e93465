"""The benchmark measures what there is, and says what is not."""

import csv
import json
import os
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from uploads import seven

from model import benchmark, timing
from model.benchmark import main
from model.devices import NoDeviceError, check
from model.samples import samples

QUICK = ["--seconds", "0.2"]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("benchmark")
    files = [f"--{kind}={folder / f'result.{kind}'}" for kind in ("json", "csv")]
    assert main([*QUICK, "--device", "CPU", "--plot", str(folder / "plot.png"), *files]) == 0
    assert (folder / "plot.png").read_bytes().startswith(b"\x89PNG")
    found = json.loads((folder / "result.json").read_text())
    with (folder / "result.csv").open() as table:
        assert len(list(csv.DictReader(table))) == len(found["rows"])
    return found


def test_the_digits_that_ship_are_a_hundred_and_always_the_same() -> None:
    first, second = samples(), samples()
    assert first.labels == [digit for digit in range(10) for _ in range(10)]
    assert all((a == b).all() for a, b in zip(first.greys, second.greys, strict=True))


def test_each_runtime_is_measured_with_accuracy_and_difference(result: Any) -> None:
    assert [row["runtime"] for row in result["rows"]] == ["OpenVINO", "PyTorch", "onnxruntime"]
    for row in result["rows"]:
        assert 0 < row["p50_ms"] <= row["p90_ms"] <= row["p99_ms"]
        assert row["digits_per_s"] > 10
        assert row["accuracy"] >= 0.98
        assert row["difference"] < 1e-4
    assert result["rows"][0]["elsewhere"] == "none"
    assert result["rows"][0]["compile_s"] > 0
    assert {"system", "processor", "openvino", "devices"} <= set(result["machine"])


def test_the_table_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--device", "CPU", "--batch", "7", "--hint", "throughput"]) == 0
    text = capsys.readouterr().out
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 5
    assert len({len(row) for row in rows}) == 1
    assert "\x1b" not in text


def test_own_pictures_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("7", "3"):
        (tmp_path / name).mkdir()
        seven().save(tmp_path / name / "digit.png")
    out = tmp_path / "result.json"
    assert main([*QUICK, "--device=CPU", f"--images={tmp_path}", f"--json={out}"]) == 0
    assert json.loads(out.read_text())["rows"][0]["accuracy"] == 0.5
    seven().save(tmp_path / "nobody-says.png")
    assert main([*QUICK, "--device=CPU", f"--images={tmp_path}", f"--json={out}"]) == 0
    assert json.loads(out.read_text())["rows"][0]["accuracy"] is None
    capsys.readouterr()
    (tmp_path / "broken.png").write_bytes(b"rubbish")
    assert main([*QUICK, "--device=CPU", f"--images={tmp_path}"]) == 2
    assert "broken.png is no picture" in capsys.readouterr().err


@pytest.mark.parametrize("device", ["NPU", "GPU", "TOASTER", "CPU.3", "AUTO:NPU,CPU"])
def test_a_device_that_is_not_there_is_told_of_with_what_to_do(
    device: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import openvino

    if device in openvino.Core().available_devices:
        pytest.skip(f"there is one: {device}")
    assert main([*QUICK, "--device", device]) == 3
    complaint = capsys.readouterr().err
    assert complaint.startswith(f"There is no {device.removeprefix('AUTO:').split(',')[0]} here")
    assert "There are: CPU (" in complaint
    assert "Traceback" not in complaint


@pytest.mark.parametrize("device", ["MULTI", "HETERO"])
def test_several_devices_have_to_be_named(device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--device", device]) == 3
    assert f"{device} has to name its devices" in capsys.readouterr().err


def test_a_device_is_called_by_its_number_or_without() -> None:
    class Core:
        available_devices = ("CPU", "GPU.0", "GPU.1")

    for device in ("CPU", "CPU.0", "GPU", "GPU.1", "AUTO", "AUTO:GPU.0,CPU"):
        check(cast(Any, Core()), device)
    for device in ("CPU.1", "GPU.2", "MULTI:GPU.2,CPU"):
        with pytest.raises(NoDeviceError, match=r"There is no [CG]PU"):
            check(cast(Any, Core()), device)


@pytest.mark.parametrize("device", ["CPU", "all"])
def test_a_device_that_fails_is_told_of_and_others_are_measured(
    device: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("The driver is too old\nat plugin.cpp:70")

    monkeypatch.setattr(benchmark, "openvino_row", fail)
    out = tmp_path / "result.json"
    assert main([*QUICK, "--device", device, "--json", str(out)]) == (0 if device == "all" else 2)
    assert "CPU cannot compute in f32: The driver is too old\n" in capsys.readouterr().err
    if device == "all":
        rows = json.loads(out.read_text())["rows"]
        assert [row["runtime"] for row in rows] == ["PyTorch", "onnxruntime"]


def test_results_of_several_machines_are_put_side_by_side(
    result: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("mine", "yours"):
        (tmp_path / f"{name}.json").write_text(json.dumps(result))
    assert main(["--compare", str(tmp_path / "mine.json"), str(tmp_path / "yours.json")]) == 0
    text = capsys.readouterr().out
    assert "mine: OpenVINO" in text
    assert "yours: onnxruntime" in text
    (tmp_path / "other.json").write_text("[]")
    assert main(["--compare", str(tmp_path / "other.json")]) == 2


@pytest.mark.parametrize("change", [{"p50_ms": "fast"}, {"batch": 0}, {"hint": ...}])
def test_a_result_that_lacks_something_is_named(
    change: dict[str, Any], result: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {**result["rows"][0], **change}
    path = tmp_path / "old.json"
    path.write_text(
        json.dumps({"rows": [{name: value for name, value in row.items() if value != ...}]})
    )
    assert main(["--compare", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"{path} holds no result of a benchmark: ")


@pytest.mark.parametrize(
    "option",
    [
        "--seconds=nan",
        "--seconds=inf",
        "--json=/nowhere/at/all.json",
        "--csv=/",
        "--plot=/nowhere/plot.png",
        "--plot=plot.xyz",
        "--plot=plot",
    ],
)
def test_what_cannot_be_written_is_told_of_before_anything_is_measured(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark, "benchmark", lambda _: pytest.fail("it was measured"))
    with pytest.raises(SystemExit) as ended:
        main([option])
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_one_inference_is_timed_in_however_short_a_time() -> None:
    assert len(benchmark.latencies(lambda _: None, [np.zeros(1, np.float32)], 1e-12)) == 1


def test_memory_is_counted_in_the_machines_own_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    before = benchmark.memory()
    if before is None:
        pytest.skip("Linux alone says it")
    pages = os.sysconf("SC_PAGE_SIZE")
    monkeypatch.setattr(os, "sysconf", lambda _: 10 * pages)
    assert benchmark.memory() == pytest.approx(10 * before, rel=0.2)


def test_int8_answers_nearly_the_same(tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    assert main([*QUICK, "--device=CPU", "--precision=int8", f"--json={out}"]) == 0
    before, after = json.loads(out.read_text())["rows"][:2]
    assert [before["precision"], after["precision"]] == ["f32", "int8"]
    assert after["accuracy"] >= before["accuracy"] - 0.02
    assert before["difference"] < 1e-4 < after["difference"] < 0.5


def test_batches_hold_every_digit() -> None:
    digits = benchmark.Digits(
        np.arange(5, dtype=np.float32)[:, None, None, None] * np.ones((1, 28, 28), np.float32),
        None,
        np.zeros((5, 10), np.float32),
        1.0,
    )
    first, second = benchmark.batches_of(digits, 3)
    assert first[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert second[:, 0, 0, 0].tolist() == [3, 4, 0]


def test_the_whole_pipeline_is_timed_in_every_engine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(timing, "REPEATS", 3)
    assert main(["--pipeline"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    rows = [line.split(" | ") for line in told.out.splitlines() if line.startswith("| ")][2:]
    assert [row[0] for row in rows] == ["| torch", "| openvino", "| onnx"]
    assert all(float(row[1]) > 0 for row in rows)
    assert rows[0][3].startswith("1.00 (1.00 … 1.00)")


def test_an_engine_that_cannot_run_a_model_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(timing, "REPEATS", 3)
    assert main(["--pipeline", "--model", "digits-int8"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("torch is left out: ")
    assert "| onnx | " in told.out


def test_the_whole_pipeline_of_a_model_that_is_not_there_is_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--pipeline", "--model", "nothing"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_whole_pipeline_takes_no_device(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--pipeline", "--device", "CPU"])
    assert ended.value.code == 2
    assert "--pipeline takes --model alone" in capsys.readouterr().err
