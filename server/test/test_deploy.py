"""What is shipped for deployment is sound, as far as can be seen without building it."""

import re
import subprocess
import sysconfig
from ipaddress import ip_address, ip_network
from pathlib import Path

from app.settings import ROOT, read_settings

DEPLOY = ROOT / "deploy"


def test_the_dockerfile_is_clean() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
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


def test_the_application_keeps_its_address_in_containers() -> None:
    # nginx looks its name up once, and has no other way to it when it has been started anew.
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    (address,) = re.findall(r"^        ipv4_address: (\S+)$", compose, re.MULTILINE)
    (subnet,) = re.findall(r"^        - subnet: (\S+)$", compose, re.MULTILINE)
    assert ip_address(address) in list(ip_network(subnet).hosts())[1:]
