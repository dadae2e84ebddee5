"""What foreign masters must reproduce: the pack's kernels, where all step first and hand on afterwards."""

import math
from enum import Enum

import numpy as np

from packfmu.core.variable import Causality
from packfmu.coupling.execution import settle
from packfmu.models.network.loads import LoadMode
from tests.clients.clients import STEP, power

RECORD = {
    "PackNetwork": ("pack_voltage", "pack_current_actual", "pack_soc", "group_voltage", "current"),
    "Cell": ("voltage", "soc", "heat_rate"),
    "Thermal": ("temperature", "board_temperature"),
    "Balancer": ("balancing_current",),
}
"""What is compared, whole ports."""


def recorded(system):
    """Return the names of all scalars that are compared, as importers know them."""
    ends = [(name, port) for name, ports in RECORD.items() for port in ports]
    return [
        f"{name}.{port}[{k + 1}]" if system.port((name, port)).shape else f"{name}.{port}"
        for name, port in ends
        for k in range(system.port((name, port)).count)
    ]


class Exchange(Enum):
    """When the outputs of a component that steps by a multiple of the base step are handed on and observed."""

    COMPLETE = "when its step is complete; to a slower component, when a step of that is complete too"
    AT_ONCE = "at the end of the base step with which its own step begins"


def trace(system, every, exchange):
    """Run the pack under `power` and return what is recorded after every base step.

    Each component steps over `every` base steps at once, at their beginning, with the inputs of that instant.
    """
    slaves = _started(system)
    shown = {name: {port: slaves[name].outputs[port].copy() for port in ports} for name, ports in RECORD.items()}
    rows = []
    for number, watts in enumerate(power()):
        slaves["PackNetwork"].inputs["pack_power"][:] = watts
        for name, slave in slaves.items():
            if number % every[name] == 0:
                slave.step(number * STEP, every[name] * STEP)
        for connection in system.connections:
            (source, output), (target, driven) = connection.source, connection.target
            if exchange is Exchange.AT_ONCE or (number + 1) % math.lcm(every[source], every[target]) == 0:
                slaves[target].inputs[driven][:] = slaves[source].outputs[output]
        for name, ports in shown.items():
            if exchange is Exchange.AT_ONCE or (number + 1) % every[name] == 0:
                ports.update({port: slaves[name].outputs[port].copy() for port in ports})
        rows.append(np.concatenate([values for ports in shown.values() for values in ports.values()]))
    return np.array(rows)


def _started(system):
    """Return the components, their initial values settled as our master does it."""
    values = {"PackNetwork": {"load_mode": [LoadMode.POWER]}, "Cell": {"lookahead": [STEP]}}
    slaves = {}
    for component in system.components:
        name = component.name
        inputs = [connection.target[1] for connection in system.connections if connection.target[0] == name]
        outputs = [port.name for port in component.ports.values() if port.causality is Causality.OUTPUT]
        slaves[name] = component.open([*inputs, "pack_power"] if name == "PackNetwork" else inputs, outputs)
        slaves[name].prepare(values.get(name, {}), 0.0)
    settle(system, slaves, lambda phase: None)
    return slaves
