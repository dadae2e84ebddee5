"""What a model declares: its variables, its kernels, and the memory that they work on.

A model is a set of variables in five blocks and three kernels over those blocks. The blocks are

==========  ======================================================================
``p``       parameters, set before or (tunable ones) during a run
``u``       inputs, held during a step
``y``       outputs, written by the kernels only
``x``       states, and whatever else an instance must remember
``c``       constants of the structure (int64), fixed when the model is declared
==========  ======================================================================

Every kernel takes the records in the order ``x, p, u, y, c``. ``advance`` takes ``t`` and ``h`` [s] besides
and returns a status: ``DONE``, or a refusal that the model explains in `Model.refusals`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # its exp differs from libm's in the last bit

from numba import njit

Block = Any
"""A record of named fields, as numba and numpy share it."""

Function = TypeVar("Function", bound=Callable[..., Any])

DONE = 0
"""Status of a step that was taken."""


def kernel(function: Function) -> Function:
    """Compile a function that allocates nothing, raises nothing, and calls only kernels and `math`."""
    return cast(Function, njit(error_model="numpy")(function))


class Kind(Enum):
    """What a variable is to a user; every block but ``c`` stores float64."""

    REAL = "Real"
    INTEGER = "Integer"
    BOOLEAN = "Boolean"


class Detail(IntEnum):
    """The coarsest description of a pack in which a variable is still told."""

    PACK = 0
    GROUP = 1
    CELL = 2


class Update(Enum):
    """How a model steps, and so whether its step may be long against its time constants."""

    EXACT = "exact"
    """By the solution under constant inputs, or without any memory: any step will do."""
    IMPLICIT = "implicit"
    """Stably, whatever the step."""
    EXPLICIT = "explicit"
    """Stably only with steps up to its fastest time constant, as far as anybody knows."""


@dataclass(frozen=True, eq=False)
class Variable:
    """One quantity of a model.

    Parameters
    ----------
    name : str
        Python identifier: the field of the block, and, unless `fmi_name` differs, the name in the FMU.
    unit : str
        SI unit; ``"1"`` for a number without one.
    size : None, int or (int, int)
        None for a scalar; an array stays an array at size 1.
    start : float or array_like
        Start value [unit]; a scalar fills an array.
    min, max : float
        Bounds of what may be set [unit], both allowed; infinite where there is none.
    nominal : float
        A typical magnitude [unit], > 0.
    description : str
        One sentence for the user.
    slow : bool
        Whether aging jumps carry this state.
    display_unit : str
        The unit people think in, such as ``degC`` or ``A.h``; empty for the SI unit.
    kind : Kind
        Real, integer or Boolean.
    tunable : bool
        Whether a parameter may change during a run.
    detail : Detail
        The coarsest detail in which this variable is listed.
    fmi_name : str
        Name in the FMU where it differs from `name`.
    owner : str
        In a model that is composed of others: the record of the block that the field lies in; else empty.
    hidden : bool
        Whether importers do not know of it: a parameter that `initialize` makes from others.

    Raises
    ------
    ValueError
        When the declaration contradicts itself; the message names the variable, the value and the bound.
    """

    name: str
    unit: str
    size: int | tuple[int, int] | None
    start: ArrayLike
    min: float
    max: float
    nominal: float
    description: str
    slow: bool = False
    display_unit: str = ""
    kind: Kind = Kind.REAL
    tunable: bool = False
    detail: Detail = Detail.PACK
    fmi_name: str = ""
    owner: str = ""
    hidden: bool = False

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"variable {self.name!r}: the name must be a Python identifier")
        if any(extent < 1 for extent in self.shape):
            raise ValueError(f"variable {self.name}: size {self.size} must be at least 1")
        if not self.nominal > 0 or not math.isfinite(self.nominal):
            raise ValueError(f"variable {self.name}: nominal {self.nominal} must be positive and finite")
        self.check(self.start_values())

    @property
    def path(self) -> str:
        """What the model calls it: ``name`` or ``owner.name``."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the values; empty for a scalar."""
        if self.size is None:
            return ()
        return self.size if isinstance(self.size, tuple) else (self.size,)

    @property
    def count(self) -> int:
        """Number of scalar values."""
        return math.prod(self.shape)

    def start_values(self) -> NDArray[np.float64]:
        """Start values, shape `shape` [unit]."""
        try:
            return np.array(np.broadcast_to(np.asarray(self.start, dtype=np.float64), self.shape))
        except ValueError:
            shape = np.shape(self.start)
            raise ValueError(f"variable {self.name}: start of shape {shape} does not fit {self.shape}") from None

    def check(self, values: NDArray[np.float64]) -> None:
        """Raise ValueError, naming the first offender, unless every value is finite and within the bounds."""
        wrong = np.flatnonzero(~(np.isfinite(values) & (values >= self.min) & (values <= self.max)))
        if wrong.size:
            first = int(wrong[0])
            unit = "" if self.unit == "1" else f" {self.unit}"
            raise ValueError(
                f"{self.scalar_names()[first]} = {values.flat[first]:.9g}{unit} is not within "
                f"[{self.min:.9g}, {self.max:.9g}]{unit}"
            )

    def scalar_names(self) -> list[str]:
        """Names of the scalar values in storage order: ``name``, ``name[1]``, ... or ``name[1,1]``, ..."""
        name = self.fmi_name or self.name
        if not self.shape:
            return [name]
        return [f"{name}[{','.join(str(i + 1) for i in index)}]" for index in np.ndindex(self.shape)]


@dataclass(frozen=True, eq=False)
class Model:
    """A declared model: its blocks and its kernels.

    Parameters
    ----------
    name : str
        A Python identifier in CamelCase; the name of the FMU.
    description : str
        One sentence.
    parameters, inputs, outputs, states, constants : tuple of Variable
        The blocks ``p``, ``u``, ``y``, ``x`` and ``c``. No name occurs twice among the first three.
    initialize : kernel
        ``initialize(x, p, u, y, c)``: states and every output from parameters and inputs.
    outputs_kernel : kernel
        ``outputs_kernel(x, p, u, y, c)``: the outputs that follow a tunable parameter at once. It reads no input.
    advance : kernel
        ``advance(x, p, u, y, c, t, h) -> status``: states and outputs h seconds later, the inputs held.
    refusals : mapping of int to str
        What each status but ``DONE`` means, as a format string over ``p``, ``u`` and ``y``.
    update : Update
        How it steps.
    """

    name: str
    description: str
    parameters: tuple[Variable, ...]
    inputs: tuple[Variable, ...]
    outputs: tuple[Variable, ...]
    states: tuple[Variable, ...]
    constants: tuple[Variable, ...]
    initialize: Callable[..., None]
    outputs_kernel: Callable[..., None]
    advance: Callable[..., int]
    refusals: Mapping[int, str] = field(default_factory=dict)
    update: Update = Update.EXPLICIT

    def __post_init__(self) -> None:
        names = [variable.path for variable in self.interface]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"model {self.name}: declared twice: {', '.join(twice)}")

    @property
    def interface(self) -> tuple[Variable, ...]:
        """Parameters, inputs and outputs: what a user sees, in the order of the memory."""
        return self.parameters + self.inputs + self.outputs

    def variable(self, name: str) -> Variable:
        """Return the parameter, input or output of that path; KeyError names what there is."""
        for variable in self.interface:
            if variable.path == name:
                return variable
        known = ", ".join(variable.path for variable in self.interface)
        raise KeyError(f"{self.name} has no variable {name!r}; it has {known}")

    def offsets(self) -> dict[str, int]:
        """Position of each variable of the interface, by its path, in the memory of an instance."""
        positions, position = {}, 0
        for variable in self.interface:
            positions[variable.path] = position
            position += variable.count
        return positions

    def with_start(self, values: Mapping[str, ArrayLike]) -> Model:
        """Return the same model with other start values of parameters and inputs, checked against their bounds."""
        for name in values:
            self.variable(name)

        def restart(variables: tuple[Variable, ...]) -> tuple[Variable, ...]:
            return tuple(replace(v, start=values[v.path]) if v.path in values else v for v in variables)

        return replace(self, parameters=restart(self.parameters), inputs=restart(self.inputs))
