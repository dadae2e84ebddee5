"""Components that call a model's kernels directly, without an FMU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.block.memory_bounds import MemoryBounds
from ..core.instance import Instance
from ..core.interpreted import outputs_at_start
from ..core.model import DONE, Model
from .enforcement import FASTEST, REPORTS, SLOWEST, Timescale
from .port import ports_of
from .slave import SlaveError, Values, fill
from .system import Component, Layer


class KernelSlave:
    """An instance of a model; its ports are views of the instance's memory.

    Parameters
    ----------
    model : Model
        What to instantiate.
    inputs, outputs : sequence of str
        Names of the ports that are used.
    """

    def __init__(self, model: Model, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self._instance = Instance(model)
        self._bounds = MemoryBounds(model)
        self._ports = ports_of(model)
        self.inputs: Mapping[str, Values] = {name: self._view(name) for name in inputs}
        self.outputs: Mapping[str, Values] = {name: self._view(name) for name in outputs}

    def _view(self, name: str) -> Values:
        port = self._ports[name]
        first = int(port.references[0])
        return self._instance.memory[first : first + port.count]

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Set start values."""
        for name, value in values.items():
            self._view(name)[:] = value

    def initialize(self) -> None:
        """Compute states and outputs."""
        self._instance.initialize()

    def end_initialization(self) -> None:
        """Compute states and outputs from the final inputs."""
        self._instance.initialize()

    def step(self, t: float, h: float) -> None:
        """Advance the kernels; SlaveError gives the model's refusal."""
        status = self._instance.advance(t, h)
        if status != DONE:
            raise SlaveError(self._instance.refusal(status))

    def set(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Set tunable parameters; the outputs follow."""
        self.prepare(values, 0.0)
        self._instance.update_outputs()

    def save(self) -> bytes:
        """Return a copy of the memory."""
        return self._instance.memory.tobytes()

    def restore(self, saved: bytes) -> None:
        """Put a copy of the memory back; SlaveError where no instance can hold it.

        Inputs have no bounds here: a master checks what users give, and not what components hand on.
        """
        values = np.empty_like(self._instance.memory)
        fill(values, saved)
        bounds = self._bounds
        fault = bounds.fault(values, end=bounds.inputs) or bounds.fault(values, bounds.results)
        if fault is None and not np.isfinite(values[bounds.inputs : bounds.results]).all():
            fault = "an input is not finite"
        if fault is not None:
            raise SlaveError(f"the saved state is damaged: {fault}")
        self._instance.memory[:] = values

    def close(self) -> None:
        """Do nothing: nothing is held."""


def kernel_component(name: str, layer: Layer, model: Model) -> Component:
    """Return a component that calls the kernels of `model` directly."""
    return Component(
        name, layer, ports_of(model), lambda inputs, outputs: KernelSlave(model, inputs, outputs), model.update
    )


def timescale_at_start(model: Model) -> Timescale | None:
    """Return the time constants of a model at its start values, without compiling; None where it reports none."""
    fields = {variable.listed_name: variable.name for variable in model.outputs}
    if FASTEST not in fields or SLOWEST not in fields:
        return None
    y = outputs_at_start(model)
    held = {variable.time_constant for variable in model.outputs if variable.time_constant}
    told = [output for output in (*REPORTS, *held) if output in fields]
    return Timescale.reported({output: float(y[fields[output]]) for output in told})
