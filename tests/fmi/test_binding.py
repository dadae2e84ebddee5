"""The resources of an FMU are bound to its model description: those of other start values are refused."""

import zipfile

import pytest

from packfmu.fmi.archive import write_archive
from packfmu.fmi.build import Form
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.python.fmu import build_python_fmu
from tests.fmi.python.host import Host

HELD = {Form.NATIVE: "resources/model.bin", Form.PYTHON: "resources/component.json"}


def content(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("form", Form)
def test_start_values_of_another_fmu_are_refused(form, tmp_path):
    """The rest of both is the same, but for the GUID, and the start values that are told."""
    for name, temperature in (("cold", 280.0), ("warm", 310.0)):
        what = (tmp_path / f"{name}.fmu", "thermal", {"cells": 2}, {"initial_temperature": temperature})
        if form is Form.NATIVE:
            build_native_fmu(*what, platforms=(host_platform(),))
        else:
            build_python_fmu(*what)
    cold, warm = (content(tmp_path / f"{name}.fmu") for name in ("cold", "warm"))
    told = {"modelDescription.xml", "documentation/index.html"}
    assert {name for name in cold if cold[name] != warm[name]} == {*told, HELD[form]}
    with Host(tmp_path / "cold.fmu") as host:
        assert host.initialize()["temperature[1]"] == 280.0
    write_archive(tmp_path / "mixed.fmu", cold | {HELD[form]: warm[HELD[form]]})
    with pytest.raises(Exception, match="Failed to instantiate"):
        Host(tmp_path / "mixed.fmu")
