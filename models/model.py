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
    items : tuple of str
        The names of an enumeration's values 1, 2, ...; `kind` is then INTEGER.
    tunable : bool
        Whether a parameter may change during a run.
    detail : Detail
        The coarsest detail in which this variable is listed.
    fmi_name : str
        Name in the FMU where it differs from `name`.

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
    items: tuple[str, ...] = ()
    tunable: bool = False
    detail: Detail = Detail.PACK
    fmi_name: str = ""

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"variable {self.name!r}: the name must be a Python identifier")
        if any(extent < 1 for extent in self.shape):
            raise ValueError(f"variable {self.name}: size {self.size} must be at least 1")
        if not self.nominal > 0 or not math.isfinite(self.nominal):
            raise ValueError(f"variable {self.name}: nominal {self.nominal} must be positive and finite")
        self.check(self.start_values())

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

    def __post_init__(self) -> None:
        names = [variable.name for variable in self.interface]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"model {self.name}: declared twice: {', '.join(twice)}")

    @property
    def interface(self) -> tuple[Variable, ...]:
        """Parameters, inputs and outputs: what a user sees, in the order of the memory."""
        return self.parameters + self.inputs + self.outputs

    def variable(self, name: str) -> Variable:
        """Return the parameter, input or output of that name; KeyError names what there is."""
        for variable in self.interface:
            if variable.name == name:
                return variable
        known = ", ".join(variable.name for variable in self.interface)
        raise KeyError(f"{self.name} has no variable {name!r}; it has {known}")

    def offsets(self) -> dict[str, int]:
        """Position of each variable of the interface in the memory of an instance."""
        positions, position = {}, 0
        for variable in self.interface:
            positions[variable.name] = position
            position += variable.count
        return positions

    def with_start(self, values: Mapping[str, ArrayLike]) -> Model:
        """Return the same model with other start values of parameters and inputs, checked against their bounds."""
        for name in values:
            self.variable(name)

        def restart(variables: tuple[Variable, ...]) -> tuple[Variable, ...]:
            return tuple(replace(v, start=values[v.name]) if v.name in values else v for v in variables)

        return replace(self, parameters=restart(self.parameters), inputs=restart(self.inputs))


def block_dtype(variables: tuple[Variable, ...], scalar: str = "f8") -> np.dtype[Any]:
    """Return the structured dtype of a block: a field a variable."""
    return np.dtype([(variable.name, scalar, variable.shape) for variable in variables])


class Instance:
    """A model with memory: the blocks in one buffer of float64, so that saving a state is one copy.

    The buffer holds parameters, inputs, outputs and states in the order of their declaration; `Model.offsets`
    tells where. Values that are set are not checked here: that is the caller's edge.

    Parameters
    ----------
    model : Model
        What to instantiate; parameters and inputs get their start values.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        blocks = (model.parameters, model.inputs, model.outputs, model.states)
        sizes = [sum(variable.count for variable in block) for block in blocks]
        self.memory = np.zeros(sum(sizes))
        for variables in blocks[:2]:
            for variable in variables:
                begin = model.offsets()[variable.name]
                self.memory[begin : begin + variable.count] = variable.start_values().ravel()
        edges = np.cumsum([0, *sizes])
        self.p, self.u, self.y, self.x = (
            _record(self.memory[begin:end], block_dtype(block))
            for block, begin, end in zip(blocks, edges[:-1], edges[1:], strict=True)
        )
        constants = np.zeros(1, dtype=block_dtype(model.constants, "i8"))
        for variable in model.constants:
            constants[variable.name] = variable.start_values()
        self.c = constants[0]

    def initialize(self) -> None:
        """Compute states and outputs from parameters and inputs."""
        self.model.initialize(self.x, self.p, self.u, self.y, self.c)

    def update_outputs(self) -> None:
        """Let the outputs follow a changed tunable parameter."""
        self.model.outputs_kernel(self.x, self.p, self.u, self.y, self.c)

    def advance(self, t: float, h: float) -> int:
        """Step from t to t + h [s]; return ``DONE`` or the status of the refusal."""
        return self.model.advance(self.x, self.p, self.u, self.y, self.c, t, h)

    def refusal(self, status: int) -> str:
        """Say why a step ended with this status; call before the memory is put back."""
        return self.model.refusals[status].format(p=_Fields(self.p), u=_Fields(self.u), y=_Fields(self.y))


class _Fields:
    """A record's fields as attributes, for format strings."""

    def __init__(self, record: Block) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        return self._record[name]


def _record(memory: NDArray[np.float64], dtype: np.dtype[Any]) -> Block:
    return memory.view(dtype)[0] if memory.size else np.zeros(1, dtype)[0]
