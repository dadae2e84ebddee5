"""FMU files as components: what cannot be read or run is said in one line, and the process stays as it was.

The files are read by `cosim.fmu.interface`.
"""

import os
import re
import shutil
import sys
import tempfile
import zipfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from fmpy.fmi2 import FMU2Slave

from packfmu.core.errors import InputError
from packfmu.core.model import Update
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.coupling.port import Port
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.slave import SlaveError
from packfmu.coupling.system import System
from packfmu.pack.balances import integrals
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.topology import CONTROL, ELECTRICAL, THERMAL

SECOND = 10**9


def rewritten(source, target, edit=lambda text: text, keep=lambda name: True, binary=b""):
    """Copy an FMU with an edited model description, without what is not kept, with another binary or (None) none."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in filter(keep, old.namelist()):
            content = old.read(name)
            if name == "modelDescription.xml":
                content = edit(content.decode()).encode()
            if name.startswith("binaries/") and binary is None:
                continue
            new.writestr(name, binary if name.startswith("binaries/") and binary else content)
    return target


def is_refused(path):
    with pytest.raises(InputError) as error:
        fmu_component("Cell", ELECTRICAL, path)
    message = str(error.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_missing_file_is_named_with_the_way_out(tmp_path):
    assert "there is no such file; build_fmus.py builds" in is_refused(tmp_path / "Cell.fmu")
    assert "there is no such file" in is_refused(tmp_path / ("x" * 300))
    assert "it is a folder, not a file" in is_refused(tmp_path)


def test_broken_file_is_named(tmp_path, fmus):
    path = tmp_path / "Cell.fmu"
    path.write_bytes((fmus / "Cell.fmu").read_bytes()[:2000])
    assert "not a readable FMU: File is not a zip file" in is_refused(path)
    rewritten(fmus / "Cell.fmu", path, keep=lambda name: name != "modelDescription.xml")
    assert "not a readable FMU: " in is_refused(path)
    rewritten(fmus / "Cell.fmu", path, edit=lambda text: text[:1000])
    assert "not a readable FMU: " in is_refused(path)


def test_other_kinds_of_fmu_are_refused(tmp_path, fmus):
    path = tmp_path / "Cell.fmu"
    rewritten(fmus / "Cell.fmu", path, edit=lambda text: text.replace('fmiVersion="2.0"', 'fmiVersion="3.0"', 1))
    assert "FMI 3.0; FMI 2.0 for co-simulation is needed" in is_refused(path)
    rewritten(
        fmus / "Cell.fmu",
        path,
        edit=lambda text: re.sub(r"<CoSimulation.*?(/>|</CoSimulation>)", "", text, count=1, flags=re.DOTALL),
    )
    assert "model exchange only; FMI 2.0 for co-simulation is needed" in is_refused(path)


def test_elements_of_an_incomplete_array_are_ports_of_their_own(tmp_path, fmus):
    path = rewritten(
        fmus / "Cell.fmu", tmp_path / "Cell.fmu", edit=lambda text: text.replace('"current[3]"', '"current[9]"')
    )
    ports = fmu_component("Cell", ELECTRICAL, path).ports
    assert [name for name in ports if re.match(r"current\b", name)] == [f"current[{n}]" for n in (1, 2, 4, 5, 6, 9)]
    former = fmu_component("Cell", ELECTRICAL, fmus / "Cell.fmu").ports
    assert ports["current[9]"].references.tolist() == former["current"].references[[2]].tolist()
    assert {**ports, **former}.keys() - former.keys() == {f"current[{n}]" for n in (1, 2, 4, 5, 6, 9)}
    assert former.keys() - ports.keys() == {"current"}


def test_elements_are_put_in_order_whatever_the_order_of_the_description(tmp_path, fmus):
    def swapped(text):
        return re.sub(r'"current\[([12])\]"', lambda found: f'"current[{3 - int(found[1])}]"', text)

    paths = fmus / "Cell.fmu", rewritten(fmus / "Cell.fmu", tmp_path / "Cell.fmu", edit=swapped)
    former, port = (fmu_component("Cell", ELECTRICAL, path).ports["current"] for path in paths)
    assert port.references.tolist() == former.references[[1, 0, 2, 3, 4, 5]].tolist()


def test_ports_of_fmus_are_those_of_the_kernels(fmus, kernel_pack):
    """What FMI 2.0 does not know, too."""
    for component, other in zip(fmu_pack(fmus).components, kernel_pack.components, strict=True):
        assert (component.name, component.update) == (other.name, other.update)
        for name, port in component.ports.items():
            for known in (field.name for field in fields(Port) if field.name not in ("references", "start")):
                assert getattr(port, known) == getattr(other.ports[name], known), f"{component.name}.{name}: {known}"
    cell = fmu_pack(fmus).component("Cell")
    assert [name for name, port in cell.ports.items() if port.forecast] == ["emf"]
    assert [name for name, port in cell.ports.items() if port.slow] == ["soc"]
    assert cell.ports["voltage"].dimension == "cell"


def test_an_fmu_of_another_tool_tells_nothing_beside_fmi(tmp_path, fmus):
    for pattern in (r"<VendorAnnotations>.*</VendorAnnotations>", r"<Update .*?/>\s*(<Variable .*?/>\s*)*"):
        path = rewritten(
            fmus / "Cell.fmu",
            tmp_path / "Cell.fmu",
            edit=lambda text, found=pattern: re.sub(found, "", text, count=1, flags=re.DOTALL),
        )
        component = fmu_component("Cell", ELECTRICAL, path)
        assert component.update is Update.EXPLICIT
        assert not [name for name, port in component.ports.items() if port.slow or port.forecast or port.dimension]


def test_unlike_units_are_refused_where_the_pack_is_joined(tmp_path, fmus):
    folder = tmp_path / "fmus"
    shutil.copytree(fmus, folder)
    rewritten(
        fmus / "Cell.fmu",
        folder / "Cell.fmu",
        edit=lambda text: re.sub(r'(<SimpleType name="Current">\s*<Real unit=)"A"', r'\1"W"', text),
    )
    with pytest.raises(InputError) as error:
        fmu_pack(folder)
    assert str(error.value) == (
        "connection PackNetwork.current -> Cell.current: unit A does not fit unit W; "
        "Cell.current takes an output of unit W"
    )


@pytest.mark.parametrize(
    ("binary", "reason"), [(None, "Cannot find shared library"), (b"no library", "Failed to load shared library")]
)
def test_fmu_without_a_binary_for_this_machine_is_named_and_leaves_nothing(binary, reason, tmp_path, fmus, monkeypatch):
    path = rewritten(fmus / "Cell.fmu", tmp_path / "Cell.fmu", binary=binary)
    system = System((fmu_component("Cell", ELECTRICAL, path),), ())
    extracted = tmp_path / "extracted"
    extracted.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(extracted))
    folder = os.getcwd()
    with pytest.raises(InputError, match=rf"Cell cannot be opened: .*Cell\.fmu cannot be instantiated: {reason}"):
        run(system, make_plan(system, {ELECTRICAL: SECOND}), Experiment(SECOND))
    assert os.getcwd() == folder
    assert list(extracted.iterdir()) == []


@pytest.mark.parametrize("name", ["Ötzi", "a%20b", "c#"])
def test_temporary_folder_that_would_crash_the_fmu_is_named(name, tmp_path, fmus, monkeypatch):
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    component = fmu_component("Balancer", ELECTRICAL, fmus / "Balancer.fmu")
    with pytest.raises(SlaveError, match=f"do not run in the temporary folder {folder}, only .* set TMPDIR to another"):
        component.open([], [])
    assert list(folder.iterdir()) == []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    with pytest.raises(SlaveError, match="cannot be used: No such file or directory; TMPDIR can name another"):
        component.open([], [])


def test_folders_with_spaces_and_files_with_any_name_will_do(tmp_path, fmus, monkeypatch):
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    path = Path(shutil.copy(fmus / "Balancer.fmu", tmp_path / "Ötzi's %20 #1.fmu"))
    system = System((fmu_component("Balancer", ELECTRICAL, path),), ())
    assert run(system, make_plan(system, {ELECTRICAL: SECOND}), Experiment(SECOND)).steps == 1


def test_running_leaves_working_directory_and_search_path_as_they_were(fmus):
    system = System((fmu_component("Balancer", ELECTRICAL, fmus / "Balancer.fmu"),), ())
    folder, path = os.getcwd(), list(sys.path)
    for _ in range(2):
        run(system, make_plan(system, {ELECTRICAL: SECOND}), Experiment(2 * SECOND))
    assert (os.getcwd(), sys.path) == (folder, path)


def test_bulk_access_hands_over_arrays_integers_and_truth_values(fmus):
    component = fmu_component("Balancer", CONTROL, fmus / "Balancer.fmu")
    outputs = ["balancing_current", "heat_rate", "active_groups"]
    slave = component.open(["group_voltage", "measured_voltage", "enable"], outputs)
    try:
        slave.prepare({"bleed_resistance": np.array([2.0]), "rated_power": np.array([10.0])}, 0.0)
        slave.initialize()
        slave.end_initialization()
        slave.inputs["group_voltage"][:] = slave.inputs["measured_voltage"][:] = [4.0, 3.8, 3.9]
        slave.step(0.0, 1.0)
        assert slave.outputs["balancing_current"].tolist() == [-2.0, 0.0, -1.95]
        assert slave.outputs["active_groups"].tolist() == [2]
        slave.inputs["enable"][:] = 0
        slave.step(1.0, 1.0)
        assert slave.outputs["balancing_current"].tolist() == [0.0, 0.0, 0.0]
        assert slave.outputs["active_groups"].tolist() == [0]
    finally:
        slave.close()


class Recording:
    """A library that notes which functions are called."""

    def __init__(self, library, calls):
        self.library, self.calls = library, calls

    def __getattr__(self, name):
        function = getattr(self.library, name)
        if not name.startswith("fmi2"):
            return function
        return lambda *arguments: (self.calls.append(name), function(*arguments))[1]


def test_every_step_costs_one_bulk_set_and_one_bulk_get(fmus, monkeypatch):
    calls, original, instantiate = {}, FMU2Slave._call, FMU2Slave.instantiate

    def counted(self, name, *arguments):
        calls.setdefault(self.instanceName, []).append(name)
        return original(self, name, *arguments)

    def recorded(self, **arguments):
        instantiate(self, **arguments)
        self.dll = Recording(self.dll, calls[self.instanceName])

    monkeypatch.setattr(FMU2Slave, "_call", counted)
    monkeypatch.setattr(FMU2Slave, "instantiate", recorded)
    pack = fmu_pack(fmus)
    plan = make_plan(pack, {ELECTRICAL: SECOND, CONTROL: 5 * SECOND, THERMAL: 5 * SECOND})
    run(pack, plan, Experiment(10 * SECOND, totals=integrals(pack)))
    for component, steps in (("PackNetwork", 10), ("Cell", 10), ("Balancer", 2), ("Thermal", 2)):
        own = calls[component]
        end = own.index("fmi2Terminate")
        assert own[end - 3 * steps : end] == ["fmi2SetReal", "fmi2DoStep", "fmi2GetReal"] * steps
        assert own[end:] == ["fmi2Terminate", "fmi2FreeInstance"]


def test_value_that_the_fmu_refuses_is_told_in_its_words(fmus):
    component = fmu_component("Balancer", CONTROL, fmus / "Balancer.fmu")
    system = System((component,), ())
    experiment = Experiment(SECOND, values={"Balancer.stop_threshold": 1.0})
    with pytest.raises(InputError) as error:
        run(system, make_plan(system, {CONTROL: SECOND}), experiment)
    assert "Balancer does not step from t = 0 s by 1 s: fmi2DoStep returned discard: " in str(error.value)
    assert "stop_threshold = 1 V must not exceed start_threshold" in str(error.value)
