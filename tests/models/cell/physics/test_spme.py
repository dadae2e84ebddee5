"""Single particles with electrolyte: the equations as published, and where PyBaMM's differ."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cell.physics.traces import PROTOCOLS, errors

KIND = replace(PARAMETERS, physics=Physics.SPME, mesh=Mesh(negative=20, separator=20, positive=20, modes=24))


def root_mean_square(kind, name, protocol, longest):
    return 1e3 * np.sqrt(np.mean(errors(kind, name, protocol, longest) ** 2))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_voltage_is_that_of_the_published_equations(protocol):
    """The trace evaluates them on an independent solution with D_e at c_e0."""
    longest = 60.0 if protocol == "c20" else 10.0
    assert root_mean_square(KIND, "chen_2020_spme_20_20_20_fine_published", protocol, longest) < 0.1  # mV


@pytest.mark.parametrize(("protocol", "least", "most"), [("c20", 0.0, 0.01), ("1c", 2.0, 3.5), ("2c", 10.0, 25.0)])
def test_pybamm_differs_by_what_it_takes_at_the_present_concentration(protocol, least, most):
    """D_e, kappa and the logarithm are nonlinear there: the difference grows faster than the current.

    From C/20 to 1C and 2C it is of second order in the departure of the concentration, which the model leaves out.
    """
    longest = 60.0 if protocol == "c20" else 10.0
    assert least <= root_mean_square(KIND, "chen_2020_spme_20_20_20_fine_averaged", protocol, longest) < most


def test_mesh_of_the_electrolyte_converges():
    coarse, fine = (
        errors(replace(KIND, mesh=Mesh(negative=n, separator=s, positive=n, modes=24)), TRACE, "1c", 10.0)
        for n, s in ((10, 4), (40, 16))
    )
    assert 1e3 * np.abs(coarse - fine).max() < 0.2  # mV


TRACE = "chen_2020_spme_20_20_20_fine_published"
