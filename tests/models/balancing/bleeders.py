"""Passive balancers for tests."""

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.balancing import passive as balancer

GROUPS, PARALLEL = 3, 2


def started(**start):
    """Return an initialised balancer that measures the voltage there is, unless told otherwise."""
    if "group_voltage" in start:
        start = {"measured_voltage": start["group_voltage"]} | start
    instance = Instance(balancer.declare(GROUPS, PARALLEL).with_start(start))
    instance.initialize()
    return instance


def bleeding(instance, *voltages, step=1.0):
    """Step with these group voltages; return which groups bleed afterwards."""
    instance.u["group_voltage"] = instance.u["measured_voltage"] = voltages
    assert instance.advance(0.0, step) == DONE
    return [bool(current < 0.0) for current in instance.y["balancing_current"]]
