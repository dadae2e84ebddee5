"""The estimate of a pack for tests of what its management foresees: as much of a Bms as that takes."""

import numpy as np

from packfmu.core.instance import block_dtype
from packfmu.models.bms import estimation_variables, group_port, state_of_power, supervisor
from packfmu.models.bms import sensors as bms_sensors
from packfmu.models.bms import variables as bms_variables
from packfmu.models.bms.variables import in_parallel
from packfmu.models.cell import circuit as cell_circuit
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF

from ..cells import invented_cell

UNBOUND = {"maximum_charge_current": 1e4, "maximum_discharge_current": 1e4}


KINDS = {"leaf": in_parallel(LEAF, 2), "invented": invented_cell()}


WAYS = {"charge": 1.0, "discharge": -1.0}


def blocks(kind, groups=1, **changes):
    """Return x and p of an estimate at rest, at 25 degC; `changes` replace parameters."""
    own = bms_variables.limits(kind) + supervisor.parameters(kind)
    variables = own + estimation_variables.parameters(groups, kind)
    p = np.zeros(1, block_dtype(variables)).view(np.recarray)[0]
    for variable in variables:
        p[variable.name] = changes.get(variable.name, variable.start_values())
    assert set(changes) <= set(p.dtype.names)
    states = estimation_variables.states(groups, kind.pairs) + bms_sensors.states(groups) + supervisor.states(groups)
    states += state_of_power.states() + group_port.states(groups, kind.pairs)
    x = np.zeros(1, block_dtype(states)).view(np.recarray)[0]
    x.charging = x.discharging = 1.0
    cell_circuit.renew(x, p)
    x.estimate[:, 0] = 0.5
    warm(x, p, 298.15)
    return x, p


def warm(x, p, temperature):
    x.reading_temperature[:] = temperature
    for k in range(x.capacity.size):
        cell_circuit.heat_up(x, p, k, temperature)


def foretell(x, p):
    """Return currents and powers, shape (2, 3) each: charge and discharge, for every horizon."""
    y = np.zeros(1, block_dtype(bms_variables.powers())).view(np.recarray)[0]
    state_of_power.foresee(x, p, y)
    return np.array([y.charge_current, y.discharge_current]), np.array([y.charge_power, y.discharge_power])
