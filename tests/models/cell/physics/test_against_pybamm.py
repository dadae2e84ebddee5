"""Voltages of cells of physics against PyBaMM on the same mesh: C/20, 1C, 2C, a drive, a charge and a rest."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Physics
from tests.models.cell.physics.pybamm_cells import FINE, PROTOCOLS, SETS, both_departures, departures, rms

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("parameters", SETS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_single_particles(parameters, protocol):
    assert rms(departures(parameters, Physics.SPM, "r20", protocol)) < 1e-4  # asked for: 0.01 mV; steps of the trace


@pytest.mark.parametrize(
    ("parameters", "protocol", "longest"),
    [
        ("chen_2020", "c20", 20.0),
        ("chen_2020", "1c", 20.0),
        ("chen_2020", "charge_1c", 20.0),
        ("chen_2020", "rest", 20.0),
        ("chen_2020", "drive", 20.0),
        ("marquis_2019", "c20", 20.0),
        ("marquis_2019", "1c", 5.0),
        ("marquis_2019", "2c", 5.0),
        ("marquis_2019", "drive", 1.0),
        ("marquis_2019", "charge_1c", 5.0),
        ("marquis_2019", "rest", 5.0),
    ],
)
def test_single_particles_with_electrolyte_as_published(parameters, protocol, longest):
    assert rms(departures(parameters, Physics.SPME, "10_4_10_r20_published", protocol, longest)) < 0.1


def test_where_single_particles_with_electrolyte_depart_most_a_finer_mesh_brings_them_together():
    """PyBaMM's salt lacks 1.3 % of the current at the separator's faces of the coarse mesh."""
    for protocol, most, fine in (("1c", 0.022, 0.3), ("2c", 0.115, 0.3)):
        coarse = rms(departures("chen_2020", Physics.SPME, "10_4_10_r20_published", protocol, 5.0))
        assert coarse < most
        how = {"modes": FINE, "mesh": (20, 20, 20)}
        finer = departures("chen_2020", Physics.SPME, "20_20_20_fine_published", protocol, 5.0, **how)
        assert rms(finer) < fine * coarse


@pytest.mark.parametrize(("protocol", "longest"), [("c20", 400.0), ("charge_1c", 5.0), ("drive", 1.0)])
def test_porous_electrodes(protocol, longest):
    assert rms(departures("chen_2020", Physics.DFN, "10_4_10_r20_series", protocol, longest)) < 0.05


@pytest.mark.parametrize(("protocol", "most"), [("1c", 0.07), ("2c", 0.52)])
def test_porous_electrodes_where_the_concentration_varies_much(protocol, most):
    # between nodes the diffusion potential is a difference of logarithms here, PyBaMM's has a mean of 1/c
    assert rms(departures("chen_2020", Physics.DFN, "10_4_10_r20_series", protocol, 5.0)) < most


@pytest.mark.parametrize(
    ("protocol", "longest"), [("c20", 400.0), ("1c", 10.0), ("2c", 5.0), ("rest", 20.0), ("drive", 1.0)]
)
def test_porous_electrodes_of_marquis_2019(protocol, longest):
    assert rms(departures("marquis_2019", Physics.DFN, "10_4_10_r20_series", protocol, longest)) < 0.05


@pytest.mark.parametrize(("protocol", "longest"), [("1c_lumped", 10.0), ("2c_lumped", 5.0)])
def test_porous_electrodes_of_marquis_2019_that_warm_up(protocol, longest):
    assert rms(departures("marquis_2019", Physics.DFN, "10_4_10_r20_series", protocol, longest)) < 0.05


def anode_departures(mesh):
    """Return by how much the anode potential of the DFN of Chen 2020 departs over a charge at 3C [mV]."""
    name = "_".join(map(str, mesh)) + "_fine_series"
    steps = {"longest": 1.0, "modes": FINE, "mesh": mesh}
    return both_departures("chen_2020", Physics.DFN, name, "charge_3c", **steps)[1]


@pytest.mark.campaign
def test_anode_potential_of_a_fast_charge_departs_by_the_square_of_the_mesh():
    """PyBaMM's diffusion potential has a mean of 1/c, where ours is a difference of logarithms; both are of order 2."""
    coarse, fine = anode_departures((10, 4, 10)), anode_departures((20, 20, 20))
    assert rms(coarse) < 0.41  # 0.68 mV at most; asked for: 0.5 mV, which PyBaMM's mean gives on this mesh too (below)
    assert np.abs(fine).max() < 0.15
    assert rms(coarse) / rms(fine) == pytest.approx(4.0, rel=0.05)


def test_porous_electrodes_with_fine_particles():
    found = departures("chen_2020", Physics.DFN, "20_20_20_fine_series", "1c", 5.0, modes=FINE, mesh=(20, 20, 20))
    assert rms(found) < 0.05


@pytest.mark.campaign
@pytest.mark.parametrize("name", ["10_4_10_r20", "10_4_10_r20_series", "10_4_10_fine_series"])
def test_porous_electrodes_with_the_same_means_at_faces(name):
    steps = {"c20": 100.0, "1c": 5.0, "2c": 2.0, "charge_1c": 5.0, "charge_3c": 1.0, "drive": 0.5, "rest": 5.0}
    asked = [str(word) for pair in steps.items() for word in pair]
    command = [sys.executable, "-m", "tests.models.cell.physics.pybamm_faces", name, *asked]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    found = {protocol: list(map(float, figures)) for protocol, *figures in map(str.split, lines)}
    assert list(found) == list(steps)
    assert max(departure for departure, *_ in found.values()) < 0.05, found
    assert found["charge_3c"][2] < 0.05, found  # the anode potential all along; asked for: 0.5 mV
