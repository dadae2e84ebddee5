"""The DFN of a measured NMC pouch cell, as its BPX file has it, against two of its tests; nothing is fitted."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from packfmu.models.electrochemistry.kind import Physics

ROOT = Path(__file__).parents[4]
FOLDER = ROOT.parent / "shared" / "data" / "nmc_pouch"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"{FOLDER} is missing: About-Energy-BPX-Parameterisation at 8efd45a"
)

PYBAMM = {"drive cycle": (18.871, 26.566)}
"""RMS deviation of PyBaMM's DFN [mV], 16 volumes each, from the full cell and from the first rest voltage."""


@pytest.fixture(scope="module")
def example():
    """Return the example as a module."""
    pytest.importorskip("bpx")
    path = ROOT / "examples" / "validate_physics_cell.py"
    module = importlib.util.module_from_spec(spec := importlib.util.spec_from_file_location(path.stem, path))
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def kind(example):
    return replace(example.read_bpx(FOLDER / example.FILE).kind, physics=Physics.DFN)


@pytest.mark.parametrize("test", [pytest.param("drive cycle", marks=pytest.mark.campaign), "C/2 discharge"])
def test_it_deviates_as_its_authors_say(example, kind, test):
    record = example.read_records(FOLDER)[test]
    full = example.deviation(example.simulate(kind, record, 1.0), record)
    assert full == pytest.approx(example.PUBLISHED[test], abs=0.3)


@pytest.mark.campaign
def test_it_deviates_as_pybamm_does_from_either_start(example, kind):
    record = example.read_records(FOLDER)["drive cycle"]
    starts = 1.0, example.rested_soc(kind, record[2][0])
    found = tuple(example.deviation(example.simulate(kind, record, soc), record) for soc in starts)
    assert found == pytest.approx(PYBAMM["drive cycle"], abs=0.3)
