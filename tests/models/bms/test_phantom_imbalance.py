"""Groups of equal SOC and unequal voltage: the voltage law makes imbalance of them, the charge history does not.

Two groups of one cell each of a 2013 Leaf, bled by 40 Ohm, some 95 mA. Either one is warm and the other cold, and the
colder one has more resistance; or one came to its SOC by charging and the other by discharging, with a hysteresis of
10 mV, which is not the Leaf's.
"""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.balancing import passive as balancer
from packfmu.models.balancing.options import BleedingLaw
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS

STEP = 10.0
HOUR = 3600.0


@pytest.fixture(scope="module")
def declared():
    return balancer.declare(2, 1)


def cells(kind=PARAMETERS, **start):
    """Return two initialised cells."""
    instance = Instance(cell_ecm.declare(2, kind).with_start(start))
    instance.initialize()
    return instance


def balance(declared, pack, law, current, hours):
    """Let a load current flow while a law balances on true values; return the charge each group was bled of."""
    state = {"group_soc": pack.y["soc"], "group_voltage": pack.y["voltage"], "measured_voltage": pack.y["voltage"]}
    start = {"law": law, "bleed_resistance": 40.0, "group_capacity": PARAMETERS.capacity, "pack_current": current}
    law_at_work = Instance(declared.with_start(start | {name: np.array(value) for name, value in state.items()}))
    law_at_work.initialize()
    bled = np.zeros(2)
    for _ in range(round(hours * HOUR / STEP)):
        flows = np.array(law_at_work.y["balancing_current"])
        bled -= STEP * flows
        pack.u["current"] = current + flows
        assert pack.advance(0.0, STEP) == DONE
        for name, value in state.items():  # views of the outputs of the cells
            law_at_work.u[name] = value
        assert law_at_work.advance(0.0, STEP) == DONE
    return bled


@pytest.mark.parametrize("current", [-6.0, 6.0])
def test_a_warm_and_a_cold_group_under_current(declared, current):
    """At C/5 for four hours; under discharge the cold group has the lower voltage and the warm one bleeds, and v.v."""
    unbalanced = {}
    for law in BleedingLaw:
        pack = cells(initial_soc=0.5 - 0.4 * np.sign(current), temperature=[308.15, 278.15])
        bled = balance(declared, pack, law, current, hours=4.0)
        unbalanced[law] = pack.y["soc"][1] - pack.y["soc"][0]
        if law == BleedingLaw.VOLTAGE:
            misled = 0 if current < 0.0 else 1
            assert bled[1 - misled] == 0.0
            assert bled[misled] == pytest.approx(4.0 * HOUR * 0.0975, rel=0.05)  # at 3.7 to 4.1 V, all the time
        else:
            assert np.all(bled == 0.0)
    # the warm cell discharges itself the faster, by some 0.2 mA: 3 C in four hours, of 112850 C
    assert 0.0 < unbalanced[BleedingLaw.CHARGE_HISTORY] < 5e-5
    assert abs(unbalanced[BleedingLaw.VOLTAGE]) > 0.012


def test_groups_that_came_from_either_side(declared):
    """At rest at half charge, twelve hours: the one that was charged has the higher voltage."""
    kind = replace(PARAMETERS, hysteresis_bound=0.01, coulombic_efficiency=1.0)
    unbalanced = {}
    for law in BleedingLaw:
        pack = cells(kind, initial_soc=[0.7, 0.3])
        for current, hours in ((0.2 * PARAMETERS.capacity / HOUR, 1.0), (0.0, 5.0)):
            pack.u["current"] = [-current, current]
            assert pack.advance(0.0, hours * HOUR) == DONE
        assert np.ptp(pack.y["soc"]) < 1e-12
        # hysteresis switches over 0.1 of SOC; five hours at rest against a time constant of a quarter of an hour
        assert np.diff(pack.y["voltage"]) == pytest.approx(0.02 * (1.0 - np.exp(-0.2 * 10.0)), rel=1e-4)
        bled = balance(declared, pack, law, 0.0, hours=12.0)
        unbalanced[law] = pack.y["soc"][1] - pack.y["soc"][0]
        assert unbalanced[law] == pytest.approx(-bled[1] / PARAMETERS.capacity, abs=1e-12)
        assert bled[0] == 0.0
    assert unbalanced[BleedingLaw.CHARGE_HISTORY] == 0.0
    assert unbalanced[BleedingLaw.VOLTAGE] < -0.017
