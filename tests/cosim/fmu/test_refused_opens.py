"""Opens that an FMU refuses leave nothing behind: no folder, and no library in the memory of the process."""

import re
import tempfile
import zipfile
from pathlib import Path

import pytest

from packfmu.cosim.fmu.component import fmu_component
from packfmu.coupling.slave import SlaveError
from packfmu.pack.topology import ELECTRICAL

MAPS = Path("/proc/self/maps")


def changed(source, target, change):
    """Copy an FMU; `change` returns the new content of an entry, or None for none."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def other_guid(name, content):
    return re.sub(rb'guid="[^"]*"', b'guid="{other}"', content, count=1) if name == "modelDescription.xml" else content


def no_resources(name, content):
    return None if name.startswith("resources/") else content


def no_component(name, content):
    return b"{}" if name == "resources/component.json" else content


def no_module(name, content):
    return b"nowhere" if name == "resources/slavemodule.txt" else content


CASES = [
    ("native_fmus", other_guid, r"it belongs to the FMU .*, not to \{other\}"),
    ("native_fmus", no_resources, "model.bin at .*: it cannot be opened"),
    ("fmus", no_component, "cannot be instantiated: Fatal py exception"),
    ("fmus", no_resources, "its resources/slavemodule.txt names no module beside it"),
    ("fmus", no_module, "its resources/slavemodule.txt names no module beside it"),
]


@pytest.mark.parametrize(("flavour", "change", "reason"), CASES)
def test_a_refused_open_leaves_no_folder_and_no_library(flavour, change, reason, tmp_path, request, monkeypatch):
    source = request.getfixturevalue(flavour) / "Balancer.fmu"
    path = changed(source, tmp_path / "Balancer.fmu", change)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    component = fmu_component("Balancer", ELECTRICAL, path)
    mapped = []
    for _ in range(6):
        with pytest.raises(SlaveError, match=reason):
            component.open([], [])
        mapped.append(MAPS.read_text().count(f"{folder}/") if MAPS.exists() else 0)
    assert list(folder.iterdir()) == []
    if not MAPS.exists():
        pytest.skip("only Linux tells which libraries a process has mapped")
    assert mapped[-1] == mapped[0]  # the system keeps the first library with unique symbols of C++, as pythonfmu's
