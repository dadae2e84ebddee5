"""Packs of cells of physics: one plan by the master, as one block and in FMUs; and what the network knows of them."""

import numpy as np
import pytest
from fmpy.validation import validate_fmu

from packfmu.core.instance import Instance
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling import kernels
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.models.electrochemistry import heat
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import all_parts, kernel_pack, pack_block, periods
from packfmu.pack.cells.chosen import Cell
from packfmu.pack.file import Pack
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL
from tests.interpreted import InterpretedInstance

SECOND = 10**9
STEPS = 60
POWER = -30.0 * np.sin(np.arange(STEPS) / 17.0) - 10.0
PARTS = tuple(f"heat_{part}" for part, _ in heat.PARTS)
TOLD = {
    "Cell": ("voltage", "soc", "heat", *PARTS),
    "PackNetwork": ("current", "state_of_energy", "pack_soc"),
    "Thermal": ("temperature",),
}
PACK = Pack.model_validate(
    {
        "pack": {"series": 2, "parallel": 2},
        "cell": {"parameters": "chen_2020"},
        "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
        "busbar": {"segment_resistance": 1e-4, "contact_resistance": 5e-4},
        "thermal": {"convection": 0.05, "conduction": 0.05},
    }
)


def trace(system, owner, record, output):
    """Run a pack under power; `owner` is the component that takes it."""
    driven = with_profiles(system, {f"{owner}.pack_power": POWER})
    experiment = Experiment(STEPS * SECOND, {f"{owner}.load_mode": LoadMode.POWER}, record=record, output=output)
    run(driven, make_plan(driven, periods(PACK.schedule)), experiment)
    return load(output)


def separately(system, output):
    """Run the components of the pack."""
    return trace(system, "PackNetwork", {n: f"{part}.{n}" for part, names in TOLD.items() for n in names}, output)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Return the trace of the kernels under the master."""
    return separately(kernel_pack(parts(PACK)), tmp_path_factory.mktemp("x") / "separate.nc")


@pytest.fixture(scope="module")
def block():
    return pack_block(PACK, parts(PACK))


def assert_same_bits(found, expected):
    for names in TOLD.values():
        for name in names:
            np.testing.assert_array_equal(found[name].values, expected[name].values, name)
    assert np.ptp(expected.voltage.values) > 0.05
    assert np.ptp(expected.temperature.values) > 0.01


def together(component, output):
    names = {name: f"Pack.{name}" for names in TOLD.values() for name in names}
    return trace(System((component,), ()), "Pack", names, output)


@pytest.mark.parametrize("by", [InterpretedInstance, pytest.param(Instance, marks=pytest.mark.campaign)])
def test_the_block_gives_the_bits_of_the_components(by, block, expected, tmp_path, monkeypatch):
    """By the interpreter, too, which runs another life of the kernels."""
    monkeypatch.setattr(kernels, "Instance", by)
    model = load_definition(block.component, block.arguments, block.start).model
    assert_same_bits(together(kernel_component("Pack", ELECTRICAL, model), tmp_path / "block.nc"), expected)


@pytest.mark.parametrize("model", ["spm", "spme", "dfn"])
def test_its_fmus_are_valid_and_build_reproducibly(model, tmp_path):
    """Cell.fmu and Pack.fmu, of which the Python flavour compiles nothing until it runs."""
    pack = PACK.model_copy(update={"cell": Cell(parameters="chen_2020", model=model)})
    for name in ("first", "again"):
        planned = [part for part in all_parts(pack) if part.name in ("Cell", "Pack")]
        build_parts(planned, tmp_path / name, pack.outputs.detail, Form.PYTHON)
    for part in ("Cell", "Pack"):
        first, again = (tmp_path / name / "python" / f"{part}.fmu" for name in ("first", "again"))
        assert validate_fmu(first) == []
        assert first.read_bytes() == again.read_bytes()


@pytest.mark.campaign
@pytest.mark.parametrize("form", Form)
def test_the_fmu_of_the_block_gives_the_bits_of_the_components(form, block, expected, tmp_path):
    built = build_parts((block,), tmp_path, PACK.outputs.detail, form, (host_platform(),))
    assert validate_fmu(built["Pack"]) == []
    assert_same_bits(together(fmu_component("Pack", ELECTRICAL, built["Pack"]), tmp_path / "fmu.nc"), expected)


@pytest.mark.parametrize("form", [Form.NATIVE, pytest.param(Form.PYTHON, marks=pytest.mark.campaign)])
def test_the_fmus_of_the_components_give_the_bits_of_their_kernels(form, expected, tmp_path):
    built = build_parts(parts(PACK), tmp_path, PACK.outputs.detail, form, (host_platform(),))
    assert validate_fmu(built["Cell"]) == []
    assert_same_bits(separately(fmu_pack(built["Cell"].parent), tmp_path / "fmus.nc"), expected)


def test_the_parts_of_the_heat_are_the_heat(expected):
    np.testing.assert_allclose(sum(expected[name].values for name in PARTS), expected.heat.values, atol=1e-9, rtol=0.0)


def test_the_network_tells_the_open_circuit_energy_that_the_cells_hold():
    """Of equal cells: the energy of the rest voltage over charge from empty to the SOC, over that to full."""
    pack = PACK.model_copy(
        update={"variation": type(PACK.variation)(), "cell": PACK.cell.model_copy(update={"initial_soc": 0.4})}
    )
    network = next(part for part in parts(pack) if part.name == "PackNetwork")
    instance = Instance(load_definition(network.component, network.arguments, network.start).model)
    instance.initialize()
    kind = pack.cell.load()
    told, table = float(instance.y.state_of_energy), kind.open_circuit(np.linspace(0.0, 1.0, kind.nodes))
    assert told == pytest.approx(np.trapezoid(table[: 2 * len(table) // 5 + 1]) / np.trapezoid(table), rel=1e-12)
    energies = [np.trapezoid(kind.open_circuit(np.linspace(0.0, soc, 20001)), dx=soc / 20000) for soc in (0.4, 1.0)]
    assert told == pytest.approx(energies[0] / energies[1], rel=5e-5)  # the table is straight where the cell is steep
