"""Cells as porous electrodes: conservation, the ledger, cells side by side, limits and refusals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.numerics.arrhenius import thermal_voltage
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cell.physics.porous_cells import ONE_C, TIGHT, instance, porous, random_currents, run

ELECTRODES = PARAMETERS.electrodes
PARTS = ("reaction", "film", "contact", "solid", "electrolyte", "reversible", "mixing", "loss")


def lithium(cells):
    """Return the lithium of the first cell, in particles and in the electrolyte [C]."""
    x, p = cells.x, cells.p
    widths = np.concatenate([p.negative_width, p.positive_width])
    charges = np.repeat(x.material_charge[0], [len(p.negative_width), len(p.positive_width)])
    particles = np.sum(widths * charges * x.mean_stoichiometry[0])
    layers = np.concatenate([p.negative_width, p.separator_width, p.positive_width])
    held = np.repeat(x.layer_capacity[0], [len(p.negative_width), len(p.separator_width), len(p.positive_width)])
    return particles, np.sum(layers * held * x.concentration[0])


def test_lithium_is_conserved():
    cells = instance()
    before = lithium(cells)
    run(cells, random_currents(150, 2.0 * ONE_C), 10.0, 1.0)
    after = lithium(cells)
    assert after[0] == pytest.approx(before[0], rel=1e-12)
    assert after[1] == pytest.approx(before[1], rel=1e-12)


def test_the_parts_of_the_heat_close_the_ledger():
    cells = instance(2, resistance_scale=1.0, contact_resistance=5e-3, film_area_resistance=[1e-3, 2e-3])
    cells.u.temperature[:] = [285.0, 310.0]
    worst = 0.0
    for step, current in enumerate(random_currents(40, 2.0 * ONE_C)):
        cells.u.current[:] = current
        assert cells.advance(10.0 * step, 10.0) == 0
        y = cells.y
        assert y.heat == pytest.approx(sum(getattr(y, f"heat_{part}") for part in PARTS), rel=1e-12)
        assert np.sum(y.heat_rate) * 10.0 == pytest.approx(y.heat, rel=1e-9)
        worst = max(worst, abs(y.electrical_energy - y.stored_energy - y.heat) / abs(y.electrical_energy))
        for part in ("reaction", "film", "contact", "solid"):
            assert getattr(y, f"heat_{part}") > 0.0
    assert worst < 1e-9


def test_the_potential_is_that_of_charge_transfer_at_the_surface():
    cells = instance(tolerance=TIGHT)
    run(cells, [-ONE_C], 60.0, 1.0)
    x, p = cells.x, cells.p
    n, m = len(p.negative_width), len(p.positive_width)
    material = np.repeat([0, 1], [n, m])
    c = np.concatenate([x.iterate[:n], x.iterate[-m:]])
    reaction, surface = np.array(x.reaction), np.array(x.response_level) - np.array(x.response_slope) * x.reaction
    exchange = np.array(x.exchange_current)[0][material] / np.array([n, m])[material]
    exchange = exchange * np.sqrt(c / p.electrolyte_concentration * surface * (1.0 - surface))
    lost = 2.0 * thermal_voltage(298.15) * np.arcsinh(reaction / (2.0 * exchange))
    rest = [kind.materials[0].open_circuit_potential(surface[material == e]) for e, kind in enumerate(ELECTRODES)]
    np.testing.assert_allclose(np.array(x.reaction_potential), np.concatenate(rest) + lost, rtol=0.0, atol=2e-7)


def enthalpy(cells):
    """Return what the first cell stores, by integrals of its potentials up to the means [J]."""
    x, p, total, first = cells.x, cells.p, 0.0, 0
    for e, (electrode, widths) in enumerate(zip(ELECTRODES, (p.negative_width, p.positive_width), strict=True)):
        curve = electrode.materials[0].open_circuit_potential
        grid = np.linspace(curve.low, curve.high, len(curve.values))
        area = CubicHermiteSpline(grid, curve.values, curve.slopes).antiderivative()
        for width, mean in zip(widths, np.array(x.mean_stoichiometry)[0, first : first + len(widths)], strict=True):
            total -= width * x.material_charge[0, e] * area(mean)
        first += len(widths)
    return total


def test_a_cycle_that_returns_to_its_state_returns_the_stored_energy():
    """A swing, and rest for as long as the particles need to be alike again; on the way it is that of the means."""
    cells = instance()
    means, start = np.array(cells.x.mean_stoichiometry), enthalpy(cells)
    stored = swung = 0.0
    for current, h in [(-ONE_C, 20.0)] * 30 + [(ONE_C, 20.0)] * 30 + [(0.0, 1e4)] * 25:
        cells.u.current[:] = current
        assert cells.advance(0.0, h) == 0
        stored += cells.y.stored_energy
        swung += abs(cells.y.stored_energy)
        assert stored == pytest.approx(enthalpy(cells) - start, abs=1e-10 * abs(start))
    np.testing.assert_allclose(np.array(cells.x.mean_stoichiometry), means, atol=1e-11)
    assert abs(stored) < 1e-12 * swung


def test_cells_side_by_side_are_those_alone_to_the_last_bit():
    together = instance(3, soc=[0.3, 0.6, 0.9])
    temperatures, currents = [280.0, 298.15, 320.0], random_currents(10, ONE_C)
    together.u.temperature[:] = temperatures
    voltages = []
    for current in currents:
        together.u.current[:] = [current, -current, 0.5 * current]
        assert together.advance(0.0, 2.0) == 0
        voltages.append([np.array(together.y.voltage), np.array(together.y.emf), np.array(together.y.resistance)])
    for k, (soc, temperature, share) in enumerate(zip([0.3, 0.6, 0.9], temperatures, [1.0, -1.0, 0.5], strict=True)):
        alone = instance(1, soc=soc)
        alone.u.temperature[:] = temperature
        for current, found in zip(currents, voltages, strict=True):
            alone.u.current[:] = share * current
            assert alone.advance(0.0, 2.0) == 0
            assert [alone.y.voltage[0], alone.y.emf[0], alone.y.resistance[0]] == [row[k] for row in found]


def test_a_warm_cell_has_less_resistance():
    cells = instance(3)
    cells.u.temperature[:] = [273.15, 298.15, 323.15]
    assert cells.advance(0.0, 1.0) == 0
    assert np.all(np.diff(cells.y.resistance) < 0.0)


def fast(scale):
    """Return the cell with transport in electrolyte and solid so many times as fast."""
    electrolyte = PARAMETERS.electrolyte

    def faster(curve):
        return replace(curve, values=scale * curve.values, slopes=scale * curve.slopes)

    return replace(
        porous(),
        negative=replace(PARAMETERS.negative, conductivity=scale * PARAMETERS.negative.conductivity),
        positive=replace(PARAMETERS.positive, conductivity=scale * PARAMETERS.positive.conductivity),
        electrolyte=replace(
            electrolyte, diffusivity=faster(electrolyte.diffusivity), conductivity=faster(electrolyte.conductivity)
        ),
    )


def test_fast_transport_leads_to_single_particles():
    single = Instance(replace(PARAMETERS, physics=Physics.SPM).declare(1).with_start({"initial_soc": 0.6}))
    single.initialize()
    expected = run(single, [-ONE_C], 600.0, 10.0)
    scales = [1e2, 1e3, 1e4]
    off = [np.abs(run(instance(kind=fast(s), tolerance=TIGHT), [-ONE_C], 600.0, 10.0) - expected).max() for s in scales]
    assert off[0] < 1e-3
    assert off[0] / off[1] == pytest.approx(10.0, rel=0.02)
    assert off[1] / off[2] == pytest.approx(10.0, rel=0.02)


@pytest.mark.parametrize("temperature", [243.15, 298.15, 353.15])
@pytest.mark.parametrize("rate", [-8.0, -2.0, 0.0, 2.0, 8.0])
def test_any_step_is_finite_or_refused_with_its_reason(temperature, rate):
    for h in (1e-3, 1.0, 60.0, 3600.0):
        cells = instance(soc=0.5)
        cells.u.temperature[:] = temperature
        cells.u.current[:] = rate * ONE_C
        for step in range(20):
            status = cells.advance(step * h, h)
            if status:
                assert "cell[1]" in cells.refusal(status) or "soc[1]" in cells.refusal(status)
                break
            assert np.isfinite(cells.memory).all()


@pytest.mark.parametrize("rate", [-3.0, -6.0])
def test_a_depleted_electrolyte_is_the_reason(rate):
    cells = instance(soc=1.0)
    cells.u.current[:] = rate * ONE_C
    for step in range(400):
        status = cells.advance(step, 1.0)
        if status:
            break
    assert "electrolyte would be depleted" in cells.refusal(status)
    assert step > 20


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_over_discharge_and_over_charge_end_with_a_reason(sign):
    cells = instance(soc=0.1 if sign < 0.0 else 0.9)
    cells.u.current[:] = sign * 0.5 * ONE_C
    status = 0
    for step in range(1000):
        status = cells.advance(10.0 * step, 10.0)
        if status:
            break
        assert np.isfinite(cells.memory).all()
    assert status == 0 or "full or empty" in cells.refusal(status) or "no currents" in cells.refusal(status)
    assert cells.x.soc[0] < 0.01 if sign < 0.0 else cells.x.soc[0] > 0.99
