"""What converters carry on from step to step when every period is computed, and what resets it."""

import numpy as np
import pytest

from packfmu.core.model import DONE
from packfmu.models.balancing.options import Fidelity
from tests.models.balancing.balancers import BUCK_BOOST, CAPACITOR, GROUPS, TWO, VOLTS, started

FIRST = np.eye(GROUPS - 1)[0]
TURNED = np.concatenate([[1, 0], np.arange(2, GROUPS)])
FEW = 3e-5
"""Three periods of the inductor."""


def switching(model, soc=TWO, volts=VOLTS, gain=24.0):
    """Return a balancer of every period, whose first link alone works; of inductors in continuous conduction."""
    start = {"fidelity": Fidelity.SWITCHING, "rated_current": 10.0, "gain": gain, "available": FIRST}
    return started(model, group_soc=soc, group_voltage=volts, **start)


def carry(instance, steps, h=FEW):
    """Take steps of h [s]; return the current of the first link in each [A]."""
    flows = []
    for _ in range(steps):
        assert instance.advance(0.0, h) == DONE
        flows.append(float(instance.y["link_current"][0]))
    return np.array(flows)


def put_voltages(instance, volts):
    instance.u["group_voltage"] = instance.u["measured_voltage"] = volts


@pytest.fixture(scope="module")
def rising():
    """The current of a link from rest on."""
    return carry(switching(BUCK_BOOST), 60)


def test_an_inductor_that_reverses_starts_without_current(rising):
    instance = switching(BUCK_BOOST, TWO[TURNED], VOLTS[TURNED])
    assert carry(instance, 60)[-1] < -0.99 * rising[-1]
    instance.u["group_soc"] = TWO
    put_voltages(instance, VOLTS)
    assert carry(instance, 5) == pytest.approx(rising[:5], rel=1e-6)  # duties are found to 1e-9


def test_an_inductor_that_was_off_starts_without_current(rising):
    instance = switching(BUCK_BOOST)
    carry(instance, 60)
    instance.u["enable"] = 0.0
    assert carry(instance, 1)[0] == 0.0
    instance.u["enable"] = 1.0
    assert carry(instance, 5) == pytest.approx(rising[:5], rel=1e-6)


def test_no_more_flows_than_the_law_wants_while_the_inductor_comes_down(rising):
    """Half of the difference of SOC: the inductor still has the current of the whole."""
    instance = switching(BUCK_BOOST)
    carry(instance, 60)
    instance.u["group_soc"][0] = 0.55
    assert carry(instance, 2) == pytest.approx(0.5 * rising[-1], rel=1e-6)


def test_a_capacitor_follows_voltages_that_jump():
    """By 0.1 V both: it takes or gives nothing until it has followed, which is soon, and then what it did before."""
    for jump in (-0.1, 0.1):
        instance = switching(CAPACITOR, gain=1000.0)
        steady = carry(instance, 3)[-1]
        put_voltages(instance, VOLTS + jump)
        flows = carry(instance, 40, 2e-5)
        assert flows[0] == 0.0
        assert flows[-1] == pytest.approx(steady, rel=1e-9)  # what the difference of the voltages drives


def test_every_step_is_set_anew():
    """However little anything moves: no tolerance."""
    instance, counts = switching(BUCK_BOOST), []
    little = np.where(np.arange(GROUPS) == 0, 1.0001, 1.0)
    changes = (("enable", 1.0), ("group_soc", little), ("group_voltage", little), ("group_voltage", little[TURNED]),
               ("board_temperature", 1.0001))  # fmt: skip
    for name, factor in changes:
        instance.u[name] = factor * instance.u[name]
        before = int(instance.y["refreshes"])
        carry(instance, 1)
        counts.append(int(instance.y["refreshes"]) - before)
    assert counts == [0, 1, 1, 1, 1]
