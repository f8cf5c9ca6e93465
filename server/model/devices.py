"""What this machine has to compute on, in words, and what to do where something is missing."""

import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openvino

from model.cores import cores

ADVICE = {
    "NPU": {
        "Linux": "Intel's driver is missing or too old: install intel-level-zero-npu, "
        "intel-driver-compiler-npu and intel-fw-npu from github.com/intel/linux-npu-driver, run "
        "Linux 6.6 or newer (module intel_vpu, device /dev/accel/accel0), and be in the group "
        "render.",
        "Windows": "install «Intel NPU Driver» from intel.com; in the Device Manager the NPU "
        "stands under Neural processors.",
        "Darwin": "Macs have no NPU that OpenVINO can use.",
    },
    "GPU": {
        "Linux": "Intel's OpenCL driver is missing: install intel-opencl-icd, and be in the group "
        "render.",
        "Windows": "install Intel's graphics driver from intel.com.",
        "Darwin": "Macs have no GPU that OpenVINO can use.",
    },
}

RAPL = Path("/sys/class/powercap/intel-rapl:0/energy_uj")
"""The processor's own count of the energy that it has used, in microjoules (Linux, as root)."""


class NoDeviceError(Exception):
    """A device that was asked for is not there; the message says what is missing."""


def available(core: openvino.Core) -> list[str]:
    """The devices that OpenVINO finds, e.g. ["CPU", "NPU"]."""
    return list(core.available_devices)


def check(core: openvino.Core, device: str) -> None:
    """Raises NoDeviceError where a device, or one of several (`AUTO:NPU,CPU`), is not there."""
    if device in ("MULTI", "HETERO"):
        raise NoDeviceError(f"{device} has to name its devices, e.g. {device}:GPU,CPU.")
    found = available(core)
    # Of several, each has a number; one alone may be called by the number 0.
    found += [f"{name}.0" for name in found] + [name.partition(".")[0] for name in found]
    for name in device.partition(":")[2].split(",") if ":" in device else [device]:
        if name == "AUTO" or name in found:
            continue
        kind = name.partition(".")[0]
        advice = ADVICE.get(kind, {}).get(platform.system(), "its driver is missing.")
        raise NoDeviceError(f"There is no {name} here, or OpenVINO cannot use it: {advice}")


def full_name(core: openvino.Core, device: str) -> str:
    """What a device is called by its maker."""
    try:
        return str(core.get_property(device, "FULL_DEVICE_NAME")).strip()
    except RuntimeError:
        return device


def driver(core: openvino.Core, device: str) -> str:
    """The version of a device's driver, or of OpenVINO's own code for it."""
    for name in ("NPU_DRIVER_VERSION", "GPU_DRIVER_VERSION"):
        try:
            return str(core.get_property(device, name))
        except RuntimeError:
            continue
    try:
        versions = core.get_versions(device)
    except RuntimeError:
        return "unknown"
    return str(next(iter(versions.values())).build_number)


def machine() -> dict[str, Any]:
    """This machine, for who compares the results of several."""
    core = openvino.Core()
    return {
        "system": platform.platform(),
        "processor": full_name(core, "CPU"),
        "cores": cores(),
        "python": sys.version.split()[0],
        "openvino": openvino.__version__,
        "torch": version("torch"),
        "onnxruntime": version("onnxruntime"),
        "devices": {
            device: {"name": full_name(core, device), "driver": driver(core, device)}
            for device in available(core)
        },
    }


def energy() -> int | None:
    """Microjoules that the processor has used so far; None where the machine does not say."""
    try:
        return int(RAPL.read_text())
    except (OSError, ValueError):
        return None
