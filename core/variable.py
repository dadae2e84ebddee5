"""One quantity of a model: its name, unit, size, bounds, and what it is to a user."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .bounds import first_beyond, out_of_bounds
from .errors import InputError


class DataType(Enum):
    """What a variable is to a user; every block but ``c`` stores float64."""

    REAL = "Real"
    INTEGER = "Integer"
    BOOLEAN = "Boolean"


class Detail(IntEnum):
    """The coarsest description of a pack that still lists a variable."""

    PACK = 0
    GROUP = 1
    CELL = 2


class Causality(Enum):
    """Who sets a variable: the user before a run, its driver, the model, or nobody but the model itself."""

    PARAMETER = "parameter"
    INPUT = "input"
    OUTPUT = "output"
    STATE = "local"
    CONSTANT = "constant"


class Count(int):
    """How many things of a kind there are, and what one of them is called; an array of this size knows what it counts.

    Compiled code serves any count. An extent that is a plain int belongs to the structure, and code is compiled for it.

    Parameters
    ----------
    number : int
        How many.
    of : str
        What one is called, such as ``cell``: an identifier other than ``time``, or empty. Results call a dimension so.

    Raises
    ------
    ValueError
        When it is called otherwise.
    """

    of: str

    def __new__(cls, number: int, of: str = "") -> Count:
        """Return a number that knows what it counts."""
        if of and (of == "time" or not of.isidentifier()):
            raise ValueError(f"a count of {of!r}: the name must be an identifier other than 'time'")
        count = super().__new__(cls, number)
        count.of = of
        return count


def counted(name: str, number: int, of: str) -> Count:
    """Return a count of at least 1; InputError names the argument that it comes from."""
    if number < 1:
        raise InputError(f"{name} = {number} must be at least 1")
    return Count(number, of)


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
        None for a scalar; an array stays an array at size 1. A `Count` says what the elements of an array belong to.
    start : float or array_like
        Start value [unit]; a scalar fills an array.
    min, max : float
        Bounds of what may be set [unit], both allowed; infinite where there is none.
    nominal : float
        A typical magnitude [unit], > 0.
    description : str
        One sentence for the user.
    slow : bool
        Whether jumps carry this output, by an input that `shifts` it.
    display_unit : str
        The unit people think in, such as ``degC`` or ``A.h``; empty for the SI unit.
    data_type : DataType
        Real, integer or Boolean.
    tunable : bool
        Whether a parameter may change during a run.
    detail : Detail
        The coarsest detail in which this variable is listed.
    fmi_name : str
        Name in the FMU where it differs from `name`.
    owner : str
        In a model that is composed of others: the record of the block that the field lies in, one within another by
        ``outer.inner``; else empty.
    hidden : bool
        Whether importers do not know of it: a parameter that `initialize` makes from others.
    shifts : str
        Of an input: the FMU's name of the slow output that it shifts. Its value is the sum of all shifts.
    forecast : bool
        Whether this output is a value of a later instant, linearised about the last step; error control does not
        compare it.
    hold_tolerance : float
        Of an output that others see held: by how much it may change from one of its steps to the next [unit]; 0 where
        nobody watches.
    time_constant : str
        Of such an output: the FMU's name of the output that reports its time constant [s].
    sensitivity : str
        The FMU's name of the output that reports how much a voltage changes with this variable [V per its unit].
    causality : Causality
        Set by the block of `Fields` that the variable is declared in.

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
    data_type: DataType = DataType.REAL
    tunable: bool = False
    detail: Detail = Detail.PACK
    fmi_name: str = ""
    owner: str = ""
    hidden: bool = False
    shifts: str = ""
    forecast: bool = False
    hold_tolerance: float = 0.0
    time_constant: str = ""
    sensitivity: str = ""
    causality: Causality = Causality.STATE

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"variable {self.name!r}: the name must be a Python identifier")
        if any(extent < (0 if isinstance(extent, Count) else 1) for extent in self.shape):
            raise ValueError(f"variable {self.name}: size {self.size} must be at least 1, that of a Count at least 0")
        if not self.nominal > 0 or not math.isfinite(self.nominal):
            raise ValueError(f"variable {self.name}: nominal {self.nominal} must be positive and finite")
        if not 0.0 <= self.hold_tolerance < math.inf:
            raise ValueError(f"variable {self.name}: hold_tolerance {self.hold_tolerance} must be finite, at least 0")
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

    @property
    def dimension(self) -> str:
        """What the elements of an array belong to, such as ``cell``; empty where its size does not say."""
        return self.size.of if isinstance(self.size, Count) else ""

    @property
    def listed_name(self) -> str:
        """Name in the FMU."""
        return self.fmi_name or self.name

    def start_values(self) -> NDArray[np.float64]:
        """Start values, shape `shape` [unit]."""
        try:
            return np.array(np.broadcast_to(np.asarray(self.start, dtype=np.float64), self.shape))
        except ValueError:
            shape = np.shape(self.start)
            raise ValueError(f"variable {self.name}: start of shape {shape} does not fit {self.shape}") from None

    def check(self, values: NDArray[np.float64]) -> None:
        """Raise ValueError, naming the first offender, unless every value is finite and within the bounds."""
        first = first_beyond(values, self.min, self.max)
        if first is not None:
            name = self.scalar_names()[first]
            raise ValueError(out_of_bounds(name, float(values.flat[first]), self.unit, self.min, self.max))

    def scalar_names(self) -> list[str]:
        """Names of the scalar values in storage order: ``name``, ``name[1]``, ... or ``name[1,1]``, ..."""
        if not self.shape:
            return [self.listed_name]
        return [f"{self.listed_name}[{','.join(str(i + 1) for i in index)}]" for index in np.ndindex(self.shape)]
