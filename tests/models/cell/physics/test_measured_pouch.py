"""The DFN of a measured NMC pouch cell, as its BPX file has it, against its tests and PyBaMM's; nothing is fitted.

How PyBaMM's DFN deviates is written by tests/references/write_pouch.py, on our mesh and on that of the authors.
"""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Physics

ROOT = Path(__file__).parents[4]
FOLDER = ROOT.parent / "shared" / "data" / "nmc_pouch"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"{FOLDER} is missing: About-Energy-BPX-Parameterisation at 8efd45a"
)

PYBAMM = json.loads((ROOT / "tests" / "references" / "physics" / "nmc_pouch.json").read_text(encoding="utf-8"))
LONG = [pytest.param(test, marks=pytest.mark.campaign) for test in ("C/2 discharge", "drive cycle")]
THINNED = ["C/20 discharge", "1C discharge"]
"""Records in the BPX file, of 76 and 38 samples: not those that the authors' figures are of."""


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


@pytest.mark.campaign
@pytest.mark.parametrize("test", ["drive cycle", "C/2 discharge"])
def test_it_deviates_as_its_authors_say(example, kind, test):
    record = example.read_records(FOLDER)[test]
    full = example.deviation(example.simulate(kind, record, 1.0), record)
    assert full == pytest.approx(example.PUBLISHED[test], abs=0.3)


@pytest.mark.parametrize("test", [*THINNED, *LONG])
@pytest.mark.parametrize("start", ["full", "rested"])
def test_it_deviates_as_pybamm_does_on_the_same_record_mesh_and_start(example, kind, test, start):
    record, expected = example.read_records(FOLDER)[test], PYBAMM[test]
    soc = example.rested_soc(kind, record[2][0]) if start == "rested" else 1.0
    if start == "rested":
        assert soc == pytest.approx(expected["soc"], abs=1e-5)
    found = example.simulate(kind, record, soc)
    but_first = 1e3 * np.sqrt(np.mean((found - record[2])[1:] ** 2))
    for mesh in ("ours", "authors"):
        assert [example.deviation(found, record), but_first] == pytest.approx(expected[f"{mesh}, {start}"], abs=0.3)


@pytest.mark.parametrize("test", THINNED)
def test_pybamm_does_not_deviate_as_published_on_a_thinned_record_either(example, test):
    assert abs(PYBAMM[test]["authors, full"][0] - example.PUBLISHED[test]) > 0.5
