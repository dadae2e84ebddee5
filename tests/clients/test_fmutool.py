"""`fmutool -check` of the FMU manipulation toolbox, on every native FMU."""

import subprocess
import sys
import zipfile

import pytest

from packfmu.fmi.archive import write_archive
from tests.clients import clients

COMPONENTS = ("Cell", "PackNetwork", "Thermal", "Balancer", "Pack")


def check(path):
    """Return what fmutool found, and all that it printed."""
    command = [sys.executable, "-m", "fmu_manipulation_toolbox.cli.fmutool", "-input", str(path), "-check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    told = (done.stdout + done.stderr).splitlines()
    return [line for line in told if line and not line.startswith("INFO ")], told


@pytest.fixture(autouse=True)
def toolbox():
    clients.need("fmu_manipulation_toolbox")


@pytest.mark.parametrize("name", COMPONENTS)
def test_nothing_is_found(name, fmus):
    found, told = check(fmus[name])
    assert found == []
    assert any("compliant with FMI-2.0" in line for line in told)
    assert any("No semantic error" in line for line in told)


def test_an_output_that_is_not_listed_is_found(fmus, tmp_path):
    with zipfile.ZipFile(fmus["Thermal"]) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    description = files["modelDescription.xml"].decode()
    listed = description[description.index("<Outputs>") :].split("<Unknown", 2)[1]
    files["modelDescription.xml"] = description.replace(f"<Unknown{listed}", "", 1).encode()
    write_archive(tmp_path / "it.fmu", files)
    assert check(tmp_path / "it.fmu")[0] != []
