"""The electrolyte: curves and their ends, derivatives by differences, geometry of cells that differ."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry import electrolyte
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT
from packfmu.models.numerics.curves import tabulate
from packfmu.models.parameters.chen_2020 import PARAMETERS

LOW, HIGH = 200.0, 3000.0
"""Range of the curves [mol/m3]."""

CURVES = {
    "diffusivity": tabulate(lambda c: 3e-10 * np.exp(-7e-4 * c), LOW, HIGH, 1e-18),
    "conductivity": tabulate(lambda c: 1e-3 * c * np.exp(-8e-4 * c), LOW, HIGH, 1e-9),
    "thermodynamic_factor": tabulate(lambda c: 1.0 + 4e-4 * c, LOW, HIGH, 1e-9),
}
ENERGIES = {"diffusivity_activation_energy": 17000.0, "conductivity_activation_energy": 21000.0}
KIND = replace(PARAMETERS, physics=Physics.SPME, electrolyte=replace(PARAMETERS.electrolyte, **CURVES, **ENERGIES))


def started(**start):
    cell = Instance(KIND.declare(1).with_start(start))
    cell.initialize()
    return cell


@pytest.fixture(scope="module")
def cell():
    """Return a cell at 310 K."""
    return started(temperature=310.0)


def tables(p, concentration):
    """Return each property and its derivative, by the kernel of its own."""
    own = electrolyte.table_diffusivity, electrolyte.table_conductivity, electrolyte.thermodynamic_factor
    return np.array([of(p, concentration) for of in own])


@pytest.mark.parametrize("concentration", [230.0, 1000.0, 2950.0])
def test_properties_are_those_of_the_curves(cell, concentration):
    expected = [[curve(concentration), curve.slope(concentration)] for curve in CURVES.values()]
    np.testing.assert_allclose(tables(cell.p, concentration), expected, rtol=1e-6)  # on one grid for all
    np.testing.assert_allclose(
        np.reshape(electrolyte.properties(cell.p, concentration), (3, 2)), tables(cell.p, concentration), rtol=1e-11
    )


@pytest.mark.parametrize("concentration", [230.0, 1000.0, 2950.0])
def test_derivatives_are_those_of_differences(cell, concentration):
    above, below = (np.array(electrolyte.properties(cell.p, concentration + d))[::2] for d in (0.1, -0.1))
    found = np.array(electrolyte.properties(cell.p, concentration))[1::2]
    np.testing.assert_allclose(found, (above - below) / 0.2, rtol=1e-6)


@pytest.mark.parametrize(("beyond", "end"), [(1e-3, LOW), (199.0, LOW), (3001.0, HIGH), (1e5, HIGH)])
def test_curves_are_held_beyond_their_range(cell, beyond, end):
    expected = np.array([[curve(end), 0.0] for curve in CURVES.values()])
    np.testing.assert_allclose(tables(cell.p, beyond), expected, rtol=1e-12)
    np.testing.assert_allclose(np.reshape(electrolyte.properties(cell.p, beyond), (3, 2)), expected, rtol=1e-12)


def test_temperature_acts_by_arrhenius(cell):
    """What a cell with electrolyte conducts by, and how fast its salt spreads, against the reference temperature."""
    distance = (1.0 / 298.15 - 1.0 / 310.0) / 8.31446261815324
    faster = {name: np.exp(ENERGIES[f"{name}_activation_energy"] * distance) for name in CURVES if "factor" not in name}
    cold = started(temperature=298.15)
    assert cell.x["electrolyte_diffusion"] == pytest.approx(faster["diffusivity"], rel=1e-12)
    resistance = [float(one.x["electrolyte_resistance"][0]) for one in (cold, cell)]
    assert resistance[0] / resistance[1] == pytest.approx(faster["conductivity"], rel=1e-12)


def test_the_diffusion_potential_is_that_of_the_temperature(cell):
    transference = KIND.electrolyte.transference
    expected = 2.0 * (1.0 - transference) * 8.31446261815324 * 310.0 / FARADAY_CONSTANT
    assert electrolyte.diffusion_voltage(cell.x, cell.p, 0) == pytest.approx(expected, rel=1e-14)


def test_geometry_is_that_of_the_cell():
    """Thickness and porosity of the electrodes differ; the charge, and so the area, is that of the material."""
    scale = {"thickness_scale": [[1.1, 0.9]], "porosity_scale": [[0.8, 1.2]], "active_fraction_scale": [[0.95, 1.0]]}
    own, layers = started(**scale), (KIND.negative, KIND.separator, KIND.positive)
    thickness, porosity = [1.1, 1.0, 0.9], [0.8, 1.0, 1.2]
    for layer, of in enumerate(layers):
        found = [f(own.p, 0, layer) for f in (electrolyte.layer_thickness, electrolyte.layer_porosity)]
        assert found == pytest.approx([thickness[layer] * of.thickness, porosity[layer] * of.porosity], rel=1e-14)
        efficiency = of.transport_efficiency * porosity[layer] ** 1.5
        assert electrolyte.layer_efficiency(own.p, 0, layer) == pytest.approx(efficiency, rel=1e-14)
    charge = 0.95 * KIND.negative.materials[0].charge_density() * 1.1 * KIND.negative.thickness
    assert own.x.electrode_area[0] == pytest.approx(own.x.material_charge[0, 0] / charge, rel=1e-14)
