"""How far a pack is from a thermal runaway: the limit state of its failure probability.

Equations
---------
A pack goes through a course. Of every cell and step the thermal model tells the time to the runaway, were the cell
adiabatic from then on (`models.thermal.runaway.events`). With the least of them over all cells and steps, the margin is

    g = ln(min time_to_runaway / warning)

``g < 0`` is the event that a cell comes nearer to its runaway than the time of the warning. The logarithm of this time
is nearly linear in the temperature, as the reactions follow Arrhenius: so g is smooth from the median to this event and
beyond it. Many a cell that is so near cools down again. That a cell runs away is another, rarer event, whose margin is
`runaway`: it has nearly a step where the cell does. A search for a design point takes the margin of a short warning,
and importance sampling counts the runaways.

A run ends where the time is below the warning by the factor `DEEP`, or a cell has run away; then g is ``-ln(DEEP)``.
The warning lasts two electrical periods at least, so that no runaway is missed between them. Cut-offs do not end a run:
the margin is that of a pack whose protection has failed.

What differs from cell to cell multiplies start values of the block of the pack. Which ones is found from the pack
itself, once (`places_of`), so that a run needs neither files nor checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.duration import seconds
from ...core.errors import InputError
from ...core.instance import Instance
from ...core.model import DONE, Model
from ...coupling.kernels import kernel_component
from ...coupling.system import System
from ...fmi.registry import load_definition
from ...pack.block import kernel_pack, pack_block, start_values
from ...pack.file import FACTORS, Pack
from ...pack.parts import parts
from ...pack.topology import AGING, ELECTRICAL, PACK_LAYERS
from ...usage.phases import PackPorts
from ..answers import Values
from ..runs.courses import ProfileCourse

DEEP = 30.0
"""Time of the warning over the time to a runaway where a run ends."""

SLIGHT = 1e-9
"""By which the margin of a runaway is below 0."""

AMBIENT = "ambient_temperature"
"""The input that all cells share [K]."""

TOLD = "time_to_runaway", "runaway"

STEP = 2.0**-10
"""By which the factor of one cell differs from that of the next, to find out what it acts on."""

Places = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where a quantity acts: places in the memory of an instance, and the cell of each."""


class PackLimit:
    """Margins of packs through a course, by the kernels of the pack's block.

    Parameters
    ----------
    pack : Pack
        The nominal pack, whose cells may run away.
    course : ProfileCourse
        What it is put through.
    quantities : sequence of str
        Of `pack.file.FACTORS`: what is given of each cell, as factors on what the nominal one has.
    warning : float
        The least time to a runaway that does not count as a failure [s].
    ambient : bool
        Whether the first input is the temperature of the air around the pack [K].

    Raises
    ------
    InputError
        When the pack does not fit, or a quantity does not act on single cells in proportion.
    """

    def __init__(
        self, pack: Pack, course: ProfileCourse, quantities: Sequence[str], warning: float = 300.0, ambient: bool = True
    ) -> None:
        if pack.runaway is None:
            raise InputError("a margin to the runaway needs the table [runaway] in the pack file")
        self.quantities, self.warning, self.ambient = tuple(quantities), warning, ambient
        self.cells, self.period = pack.pack.cells, seconds(pack.schedule.electrical)
        if not 2.0 * self.period <= warning < np.inf:
            raise InputError(f"warning = {warning:g} s must be finite, and two electrical periods at least")
        self.model = block_model(pack)
        self._instance = Instance(self.model)
        self._start = self._instance.memory.copy()
        system = kernel_pack(_inside(pack), metered=True)
        self._places = [places_of(pack, system, self.model, name) for name in quantities]
        self._rows = self._prepare(pack, course)
        first = [self.model.offsets()[name] for name in TOLD]
        self._time, self._away = (self._instance.memory[place : place + self.cells] for place in first)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, in their order."""
        return (*((AMBIENT,) if self.ambient else ()), *self.quantities)

    def _prepare(self, pack: Pack, course: ProfileCourse) -> tuple[NDArray[np.int64], Values]:
        """Set what the course sets once; return the places of what it drives, and a row of values a period."""
        offsets = self.model.offsets()
        ports = PackPorts(System((kernel_component("Pack", ELECTRICAL, self.model),), ()), pack)

        def place(name: str) -> int:
            return offsets[ports.name(name).partition(".")[2]]

        for name, value in course.values.items():
            self._start[place(name)] = value
        if self.ambient and f"Thermal.{AMBIENT}" in course.rows:
            raise InputError(f"{AMBIENT}: the course tells it, too; leave one out")
        rows = np.stack([np.asarray(row, np.float64)[: course.periods] for row in course.rows.values()], axis=1)
        return np.array([place(name) for name in course.rows], np.int64), rows

    def __call__(self, inputs: Values) -> Values:
        """Return the margins of runs [1].

        Parameters
        ----------
        inputs : (runs, cells, d) array
            Or (runs, d) of a single cell. NaN is the margin of a run that the models refuse, but where a cell was
            within a step of its runaway.
        """
        given = inputs[:, None, :] if inputs.ndim == 2 else inputs
        if given.shape[1:] != (self.cells, len(self.inputs)):
            raise InputError(f"inputs of shape {inputs.shape} are not of {self.cells} cells by {len(self.inputs)}")
        return np.array([self.margin(each, self.cells) for each in given])

    def runaway(self, inputs: Values) -> Values:
        """Return margins that are below 0 where a cell runs away in the course, and of `__call__` besides, raised."""
        return self(inputs) + (float(np.log(DEEP)) - SLIGHT)

    def one_cell(self, inputs: Values) -> Values:
        """Return the margins of the first cell [1], of inputs (runs, d), among cells whose factors are 1."""
        found = []
        for each in inputs:
            cells = np.ones((self.cells, len(each)))
            cells[0] = each
            found.append(self.margin(cells, 1))
        return np.array(found)

    def margin(self, cells: Values, first: int) -> float:
        """Return the margin of one pack of inputs (cells, d), by its first cells."""
        instance, step, time, away = self._instance, self.period, self._time[:first], self._away[:first]
        self.start(cells)
        instance.initialize()
        places, rows = self._rows
        least, deep = time.min(), self.warning / DEEP
        for number, row in enumerate(rows):
            instance.memory[places] = row
            status = instance.advance(number * step, step)
            least = min(least, time.min())
            refused = status != DONE
            if least <= deep or away.any() or (refused and least <= step):  # refused: too hot
                least = deep
                break
            if refused:
                return np.nan
        return float(np.log(least / self.warning))

    def start(self, cells: Values) -> None:
        """Set the parameters and inputs of one pack of inputs (cells, d)."""
        memory = self._instance.memory
        memory[:] = self._start
        if self.ambient:
            memory[self.model.offsets()[AMBIENT]] = cells[0, 0]
        for (places, of), column in zip(self._places, cells.T[int(self.ambient) :], strict=True):
            memory[places] *= column[of]


def block_model(pack: Pack) -> Model:
    """Return the block of a pack without its aging, as `runs.samples` steps it."""
    block = pack_block(pack, _inside(pack))
    return load_definition(block.component, block.arguments, block.start).model


def _inside(pack: Pack) -> list[Any]:
    return [part for part in parts(pack) if PACK_LAYERS[part.name] != AGING]


def _started(system: System, pack: Pack) -> Mapping[str, Values]:
    started = start_values(system, _inside(pack))
    return {name: np.asarray(value, np.float64).ravel() for name, value in started.items()}


def places_of(pack: Pack, system: System, model: Model, quantity: str) -> Places:
    """Return where a quantity of cells acts in the memory of the pack's block.

    Every cell gets a factor of its own; a start value that changed by it is one that the cell's quantity multiplies.

    Raises
    ------
    InputError
        When a start value changes otherwise, or none does.
    """
    if quantity not in FACTORS:
        raise InputError(f"{quantity} is none of {', '.join(FACTORS)}")
    own = np.asarray(1.0 + STEP * np.arange(1, pack.pack.cells + 1), np.float64)
    before, after = _started(system, pack), _started(system, pack.differing({quantity: own}))
    offsets = model.offsets()
    places, cells = [], []
    for name, values in after.items():
        nominal = np.broadcast_to(before.get(name, _declared(model, name)), values.shape)
        for position in np.flatnonzero(values != nominal):
            ratio = values[position] / nominal[position] if nominal[position] else np.inf
            cell = int(np.argmin(np.abs(own - ratio)))
            if not np.isclose(own[cell], ratio, rtol=1e-12):
                raise InputError(f"{quantity} does not act on {name} in proportion to that of one cell")
            places.append(offsets[name] + int(position))
            cells.append(cell)
    if not places:
        raise InputError(f"{quantity} has no effect on this pack")
    return np.array(places, np.int64), np.array(cells, np.int64)


def _declared(model: Model, name: str) -> Values:
    return np.asarray(model.variable(name).start_values(), np.float64).ravel()
