"""The estimate of a pack for tests of its limits: as much of a Bms as they need."""

import numpy as np

from packfmu.core.block.memory import block_of
from packfmu.models.bms import estimation, group_port, sensors, state_of_power, supervisor
from packfmu.models.cell import circuit as cell_circuit
from packfmu.models.cell.kind import in_parallel
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF

from ..cells import invented_cell

UNBOUND = {"maximum_charge_current": 1e4, "maximum_discharge_current": 1e4}


KINDS = {"leaf": in_parallel(LEAF, 2), "invented": invented_cell()}


POWERS = state_of_power.fields(1, invented_cell()).outputs


WAYS = {"charge": 1.0, "discharge": -1.0}


def blocks(kind, groups=1, **changes):
    """Return x and p of an estimate at rest, at 25 degC; `changes` replace parameters."""
    fields = state_of_power.fields(groups, kind) + group_port.fields(groups, kind) + supervisor.fields(groups, kind)
    fields += sensors.fields(groups, 1) + estimation.fields(groups, kind)
    p = block_of(fields.parameters)
    for variable in fields.parameters:
        p[variable.name] = changes.get(variable.name, variable.start_values())
    assert set(changes) <= set(p.names)
    x = block_of(fields.states)
    x.charging = x.discharging = 1.0
    cell_circuit.renew(x, p)
    x.estimate[:, 0] = 0.5
    warm(x, p, 298.15)
    return x, p


def warm(x, p, temperature):
    x.reading_temperature[:] = temperature
    for k in range(x.capacity.size):
        cell_circuit.start_at(x, p, k, temperature)


def limits_of(x, p):
    """Return currents and powers, shape (2, 3) each: charge and discharge, for every horizon."""
    y = block_of(POWERS)
    state_of_power.write_limits(x, p, y, 1.0)
    return np.array([y.charge_current, y.discharge_current]), np.array([y.charge_power, y.discharge_power])
