"""Passive balancers for tests."""

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.balancing import passive

GROUPS, PARALLEL = 3, 2
MODEL = passive.declare(GROUPS, PARALLEL)


def blocks(**start):
    """Return an instance with these start values, before its initialisation."""
    return Instance(MODEL.with_start(start))


def started(**start):
    """Return an initialised balancer that measures the voltage there is, unless another is given."""
    if "group_voltage" in start:
        start = {"measured_voltage": start["group_voltage"]} | start
    instance = blocks(**start)
    instance.initialize()
    return instance


def bleeding(instance, *voltages, step=1.0):
    """Step with these group voltages; return which groups bleed afterwards."""
    instance.u["group_voltage"] = instance.u["measured_voltage"] = voltages
    assert instance.advance(0.0, step) == DONE
    return [bool(current < 0.0) for current in instance.y["balancing_current"]]
