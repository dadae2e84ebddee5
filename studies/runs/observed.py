"""What is kept of a run: the last value of an output, its extremes, its mean over time, or its course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ...core.errors import InputError
from ...coupling.port import Port
from ...coupling.slave import Values
from ...pack.reading.checking import suggestion
from ...pack.setting import Table


class Observed(Table):
    """An output of interest."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)] = Field(description="name in the results")
    output: str = Field(description='output of a component, such as "Thermal.temperature_maximum"')
    of: Literal["last", "minimum", "maximum", "mean", "course"] = Field(
        default="last", description="what is kept of it: at the end, over the run, or at equal steps (of profiles)"
    )
    every: int = Field(default=1, ge=1, description="electrical periods from row to row of a course")

    def port(self, ports: Mapping[str, Port]) -> Port:
        """Return the output of the block of a pack; InputError where it has none of this name."""
        _, dot, name = self.output.partition(".")
        if not dot or name not in ports or ports[name].causality.value != "output":
            told = tuple(port for port in ports if ports[port].causality.value == "output")
            raise InputError(
                f'outputs: {self.name}: output = "{self.output}": the pack has no such output{suggestion(name, told)}'
            )
        return ports[name]

    def shape(self, count: int, periods: int) -> tuple[int, ...]:
        """Return the shape of what is kept of an output of so many values, of a run of so many periods."""
        own = () if count == 1 else (count,)
        return (periods // self.every + 1, *own) if self.of == "course" else own


class Observer:
    """Keeps what is asked for of an output, from a view of its memory.

    Parameters
    ----------
    observed : Observed
        What is asked for.
    view : array
        Memory of the output.
    periods : int
        Of the whole run.
    """

    def __init__(self, observed: Observed, view: Values, periods: int) -> None:
        self._of, self._every, self._view = observed.of, observed.every, view
        rows = periods // observed.every + 1 if observed.of == "course" else 1
        self._kept: NDArray[np.float64] = np.full((rows, len(view)), np.nan)
        self._count = 0

    def take(self) -> None:
        """Take the present value: at the start, and at the end of each period."""
        kept, count = self._kept, self._count
        self._count += 1
        if self._of == "course":
            if count % self._every == 0:
                kept[count // self._every] = self._view
        elif self._of == "mean":  # of the values at the ends of periods
            if count:
                kept[0] = self._view if count == 1 else kept[0] + (self._view - kept[0]) / count
        elif count == 0 or self._of == "last":
            kept[0] = self._view
        elif self._of == "maximum":
            np.maximum(kept[0], self._view, out=kept[0])
        else:
            np.minimum(kept[0], self._view, out=kept[0])

    def result(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return what was kept; NaN where a run has ended before."""
        return self._kept.reshape(shape)
