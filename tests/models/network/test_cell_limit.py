"""The load that holds the first cell at its voltage limit: against the affine voltages that two currents show."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.models.network.cell_limit import CLEARANCE
from packfmu.models.network.loads import LoadMode
from tests.later import Later
from tests.models.packs import CELLS, GROUPS, emfs, lone_cell, resistances, small_pack, step

MODE = LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE
LOW, HIGH = 3.0, 4.2
PACKS = {False: Later(small_pack), True: Later(lambda: small_pack(opposite=True))}


def limited(pack, current):
    """Return the pack current of a charge, or a discharge, at `current`."""
    pack.u["load_mode"] = LoadMode.CURRENT  # no charge has ended
    step(pack, pack_current=0.0)
    return float(step(pack, load_mode=MODE, pack_current=current)["pack_current_actual"])


def voltages(pack, current):
    """Return the cells' voltages at a pack current."""
    step(pack, load_mode=LoadMode.CURRENT, pack_current=current)
    return pack.x["cell_voltage"].copy()


@settings(max_examples=100, deadline=None)
@given(
    emf=emfs,
    resistance=resistances,
    balancing=st.tuples(*[st.floats(-5.0, 5.0)] * (GROUPS + 1)),
    wanted=st.floats(-500.0, 500.0),
    opposite=st.booleans(),
)
def test_the_first_cell_is_on_its_limit(emf, resistance, balancing, wanted, opposite):
    pack = PACKS[opposite]
    pack.p["minimum_cell_voltage"], pack.p["maximum_cell_voltage"], pack.p["taper_current"] = LOW, HIGH, 0.0
    pack.u["emf"], pack.u["resistance"] = emf, resistance
    pack.u["balancing_pack_current"], pack.u["balancing_current"] = balancing[0], balancing[1:]
    found = limited(pack, wanted)
    assert 0.0 <= found / wanted <= 1.0 if wanted else found == 0.0
    sign, limit = (1.0, HIGH) if wanted > 0.0 else (-1.0, LOW)
    resting, wide = voltages(pack, 0.0), voltages(pack, 1e3)
    room, slope = sign * (limit - resting) - CLEARANCE, (wide - resting) / 1e3
    binding = slope * abs(wanted) > room
    reached = (np.maximum(room, 0.0) / slope)[binding].min(initial=abs(wanted))
    # from 1 kA apart the slopes lose 1e-13 V to a volt
    flattest = slope[slope > 1e-9].min()
    assert abs(found) == pytest.approx(reached, rel=1e-9, abs=1e-12 / flattest)
    beyond = sign * (voltages(pack, found) - limit)
    assert found == 0.0 or beyond.max() <= 0.0
    assert abs(found) in (0.0, abs(wanted)) or beyond.max() == pytest.approx(-CLEARANCE, abs=1e-12)


def test_a_cell_alone_is_charged_to_its_limit_by_hand():
    cell = lone_cell()
    cell.p["maximum_cell_voltage"], cell.p["minimum_cell_voltage"] = HIGH, LOW
    cell.u["emf"], cell.u["resistance"] = 4.1, 0.01
    assert limited(cell, 9.0) == 9.0
    assert limited(cell, 30.0) == pytest.approx((0.1 - CLEARANCE) / 0.01, rel=1e-12)
    assert limited(cell, -30.0) == -30.0
    assert limited(cell, -300.0) == pytest.approx(-(1.1 - CLEARANCE) / 0.01, rel=1e-12)
    cell.u["emf"] = 4.3
    assert limited(cell, 30.0) == 0.0  # a charger does not discharge


def test_a_voltage_that_no_current_changes_does_not_limit():
    """A cell without resistance that is within its limit; beyond the limit no current brings it back."""
    cell = lone_cell()
    cell.p["maximum_cell_voltage"] = HIGH
    cell.u["emf"], cell.u["resistance"] = 4.0, 0.0
    assert limited(cell, 30.0) == 30.0
    cell.u["emf"] = 4.3
    assert limited(cell, 30.0) == 0.0


@pytest.mark.parametrize("current", [400.0, -400.0])
def test_no_flag_rises_while_the_first_cell_is_held(current):
    pack, generator = PACKS[False], np.random.default_rng(3)
    pack.initialize()
    pack.u["balancing_pack_current"], pack.u["balancing_current"] = 0.0, 0.0
    pack.p["minimum_cell_voltage"], pack.p["maximum_cell_voltage"] = 3.61, 3.79
    for _ in range(200):
        pack.u["emf"] = 3.7 + generator.uniform(-0.08, 0.08, GROUPS * CELLS)
        pack.u["resistance"] = generator.uniform(1e-3, 3e-3, GROUPS * CELLS)
        found = limited(pack, current)
        assert 0.0 < found / current < 1.0
        assert (pack.y["overvoltage"], pack.y["undervoltage"]) == (0.0, 0.0)


@pytest.mark.parametrize(("current", "limit"), [(2.0, 4.1), (-2.0, 3.1)])
def test_of_one_cell_it_is_a_charge_to_the_voltage_of_the_pack(current, limit):
    """U = 3 + 1.2 soc, 50 mOhm, 1 A.h: the same currents, taper and end.

    The pack is charged to the clearance below the limit, and to what leaves the second half of each step room: half of
    what the last current adds to U.
    """
    traces, step_length, away = [], 10.0, math.copysign(CLEARANCE, current)
    for mode in (MODE, LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE):
        cell, soc, trace = lone_cell(), 0.5, []
        cell.p["contact_resistance"], cell.p["taper_current"] = 0.0, 0.05
        cell.p["minimum_cell_voltage"] = cell.p["maximum_cell_voltage"] = limit
        load, rise = {"load_mode": mode, "pack_current": current, "resistance": 0.05}, 0.0
        for _ in range(200):
            y = step(cell, step_length, emf=3.0 + 1.2 * soc, voltage_limit=limit - away - 0.5 * rise, **load)
            trace.append((float(y["pack_current_actual"]), float(y["charge_complete"])))
            rise = 1.2 * step_length * trace[-1][0] / 3600.0
            soc += step_length * trace[-1][0] / 3600.0
        traces.append(np.transpose(trace))
    assert traces[0][0] == pytest.approx(traces[1][0], rel=0.0, abs=1e-12 / 0.05)
    assert (traces[0][1] == traces[1][1]).all()
    assert traces[0][1][-1] == 1.0
