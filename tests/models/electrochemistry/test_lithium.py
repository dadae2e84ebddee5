"""The lithium of cells: windows where the rest voltage is the nominal cell's, inventories new and held, blends."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from packfmu.core.fields import Fields
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import Model
from packfmu.core.variable import Count
from packfmu.models.electrochemistry import lithium, materials
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.electrochemistry.lithium import assembled_filling, rest_voltages
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.electrochemistry.blends import divided

KIND = replace(PARAMETERS, physics=Physics.SPM)


def started(kind=KIND, **start):
    cells = Instance(kind.declare(3).with_start(start))
    cells.initialize()
    return cells


@kernel
def renew_all(x, p, u, y, c):
    for k in range(x.soc.shape[0]):
        lithium.renew(x, p, k)


@kernel
def tell_nothing(x, p, u, y, c):
    return


@kernel
def rest(x, p, u, y, c, t, h):
    return 0


def lithium_alone(kind):
    """Return one cell of a kind as its lithium alone, which serves blends."""
    count = Count(1, "cell")
    fields = lithium.fields(count, kind, kind.capacity) + materials.fields(count, kind)
    modules = Fields(modules=(__name__,))
    return Model("Lithium", "Lithium of a cell", modules + fields, renew_all, tell_nothing, rest)


def by_hand(negative, positive, lithium):
    """Return the charge between the nominal rest voltages by Brent's method [C]; charges of the electrodes given."""
    low, high = (material.open_circuit_potential for material in KIND.materials)

    def above(x, voltage):
        return float(high((lithium - negative * x) / positive) - low(x)) - voltage

    least = max(1e-9, (lithium - positive) / negative + 1e-9)
    empty, full = (brentq(above, least, 0.99, args=(v,), xtol=1e-15) for v in rest_voltages(KIND))
    return negative * (full - empty)


def nominal_charges():
    pairs = zip(KIND.materials, KIND.electrodes, strict=True)
    return [material.charge_density() * electrode.thickness * KIND.area for material, electrode in pairs]


def test_a_nominal_cell_has_the_windows_of_its_kind():
    cells = started()
    expected = [[KIND.materials[0].minimum_stoichiometry, KIND.materials[1].maximum_stoichiometry]] * 3
    np.testing.assert_allclose(cells.x.window_empty, expected, atol=1e-10)
    np.testing.assert_allclose(cells.x.capacity, KIND.capacity, rtol=1e-14)


def test_all_lithium_is_in_the_positive_electrode_as_a_cell_is_assembled():
    negative, positive = nominal_charges()
    x, y = KIND.materials[0].minimum_stoichiometry, KIND.materials[1].maximum_stoichiometry
    assert assembled_filling(KIND) == pytest.approx((negative * x + positive * y) / positive, rel=1e-14)


def test_a_cell_of_its_own_electrodes_has_the_area_for_its_capacity():
    """The window of each is found by Brent's method for the lithium that it brings along, or holds."""
    thickness = np.array([[1.03, 1.0], [1.0, 1.02], [1.0, 1.02]])
    held = np.array([1.0, 1.0, 1.0 / 1.02])
    cells = started(thickness_scale=thickness, lithium_scale=held)
    negative, positive = nominal_charges()
    brought = positive * assembled_filling(KIND)
    for k, (of_negative, of_positive) in enumerate(thickness):
        whole = by_hand(negative * of_negative, positive * of_positive, brought * of_positive * held[k])
        area = cells.x.material_charge[k, 0] / (negative * of_negative)
        assert KIND.capacity / area == pytest.approx(whole, rel=1e-9)
    np.testing.assert_allclose(cells.x.capacity, KIND.capacity, rtol=1e-14)


def test_soc_0_and_1_rest_at_the_voltages_of_the_nominal_cell():
    scale = {"active_fraction_scale": np.array([[0.95, 1.0], [1.0, 1.05], [1.2, 0.8]])}
    for soc, voltage in zip((0.0, 1.0), rest_voltages(KIND), strict=True):
        assert started(initial_soc=soc, **scale).y.voltage == pytest.approx([voltage] * 3, abs=1e-9)


def test_the_radius_varies_at_constant_active_fraction():
    cells, same = started(radius_scale=np.array([[1.0, 1.0], [2.0, 1.0], [1.0, 0.5]])), started()
    np.testing.assert_array_equal(cells.x.material_charge, same.x.material_charge)
    np.testing.assert_allclose(cells.x.material_surface / same.x.material_surface, [[1, 1], [0.5, 1], [1, 2]])
    np.testing.assert_allclose(cells.x.diffusion_rate / same.x.diffusion_rate, [[1, 1], [0.25, 1], [1, 4]])


def test_two_materials_alike_have_the_window_of_one():
    blend = Instance(lithium_alone(replace(KIND, negative=divided(KIND.negative, 0.3))))
    blend.initialize()
    np.testing.assert_allclose(blend.x.window_empty[0], started().x.window_empty[0], atol=1e-5)
    np.testing.assert_allclose(blend.x.window_full[0], started().x.window_full[0], atol=1e-5)
    np.testing.assert_allclose(blend.x.capacity[0], KIND.capacity, rtol=1e-12)


def test_a_window_ends_where_an_electrode_is_full():
    """A negative electrode too small for the lithium is full below the voltage at SOC 1."""
    cells = started(initial_soc=1.0, active_fraction_scale=np.array([[0.8, 1.0]] * 3))
    assert cells.x.window_full[:, 0] == pytest.approx([1.0] * 3, abs=1e-9)
    assert np.all(cells.y.voltage < rest_voltages(KIND)[1])
