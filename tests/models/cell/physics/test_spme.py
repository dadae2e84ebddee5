"""Single particles with electrolyte: the equations as published, and where PyBaMM's differ."""

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Physics
from tests.models.cell.physics.pybamm_cells import FINE, PROTOCOLS, departures, rms


def from_trace(mark, protocol, mesh=(20, 20, 20)):
    longest = 60.0 if protocol == "c20" else 10.0
    return departures("chen_2020", Physics.SPME, f"20_20_20_fine_{mark}", protocol, longest, modes=FINE, mesh=mesh)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_voltage_is_that_of_the_published_equations(protocol):
    """The trace evaluates them on an independent solution with D_e at c_e0."""
    assert rms(from_trace("published", protocol)) < 0.1


@pytest.mark.parametrize(("protocol", "least", "most"), [("c20", 0.0, 0.01), ("1c", 2.0, 3.5), ("2c", 10.0, 25.0)])
def test_pybamm_differs_by_what_it_takes_at_the_present_concentration(protocol, least, most):
    """D_e, kappa and the logarithm are nonlinear there: the difference grows faster than the current.

    From C/20 to 1C and 2C it is of second order in the departure of the concentration, which the model leaves out.
    """
    assert least <= rms(from_trace("averaged", protocol)) < most


def test_mesh_of_the_electrolyte_converges():
    coarse, fine = (from_trace("published", "1c", mesh) for mesh in ((10, 4, 10), (40, 16, 40)))
    assert np.abs(coarse - fine).max() < 0.2
