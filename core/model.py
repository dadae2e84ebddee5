"""What a model declares: its variables, its kernels, and the memory that they work on.

A model is a set of variables in five blocks and three kernels over those blocks. The blocks are

==========  ======================================================================
``p``       parameters, set before or (tunable ones) during a run
``u``       inputs, held during a step
``y``       outputs, written by the kernels only
``x``       states, and whatever else an instance must remember
``c``       constants of the structure (int64), fixed when the model is declared
==========  ======================================================================

Every kernel takes the blocks in the order ``x, p, u, y, c``. ``advance`` takes ``t`` and ``h`` [s] besides
and returns a status: ``DONE``, or a refusal that the model explains in `Model.refusals`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from numpy.typing import ArrayLike

from .block.structure import Structure, structure_of
from .fields import Fields
from .variable import Variable

DONE = 0
"""Status of a step that was taken."""


class Update(Enum):
    """How a model steps, and so whether its step may be long against its time constants."""

    EXACT = "exact"
    """By the solution under constant inputs, or without any memory: any step will do."""
    IMPLICIT = "implicit"
    """Stably, whatever the step."""
    EXPLICIT = "explicit"
    """Stably only with steps up to its fastest time constant, as far as anybody knows."""


Place = tuple[str, str]
"""A component of a model, or the empty name for the model itself, and its variable."""


@dataclass(frozen=True, eq=False)
class Composition:
    """How a model is composed of others, as far as its outputs after the initialisation depend on it.

    Parameters
    ----------
    members : mapping of str to Model
        The components.
    given : mapping of Place to Place
        Parameters and inputs of components: the model's own parameter or input of the same shape that each takes.
    driven : mapping of Place to Place
        Inputs of components: the output of a component that drives each.
    outputs : mapping of str to tuple of Place
        Outputs of the model: what each is made of, element by element where the shapes agree.
    shares : mapping of str to tuple of int
        Of components that share the things of the model: which of them each has. Such a component is given an array of
        all things by its own ones.
    gathered : tuple of str
        Outputs of the model and of all these components, arrays of one value a thing.
    """

    members: Mapping[str, Model]
    given: Mapping[Place, Place]
    driven: Mapping[Place, Place]
    outputs: Mapping[str, tuple[Place, ...]]
    shares: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    gathered: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Model:
    """A declared model: its blocks and its kernels.

    Parameters
    ----------
    name : str
        A Python identifier in CamelCase; the name of the FMU.
    description : str
        One sentence.
    fields : Fields
        The variables. No name occurs twice among parameters, inputs and outputs.
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
    composition : Composition or None
        Of a model that is composed of others.
    alike : str
        What the initialisation computes alike, each for itself but for sums and extremes over all of them: the name of
        a `Count`, the first extent of all arrays that have it. Empty where there is no such thing.
    """

    name: str
    description: str
    fields: Fields
    initialize: Callable[..., None]
    outputs_kernel: Callable[..., None]
    advance: Callable[..., int]
    refusals: Mapping[int, str] = field(default_factory=dict)
    update: Update = Update.EXPLICIT
    composition: Composition | None = None
    alike: str = ""

    def __post_init__(self) -> None:
        names = [variable.path for variable in self.interface]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"model {self.name}: declared twice: {', '.join(twice)}")
        scalars = {variable.listed_name for variable in self.outputs if not variable.shape}
        for variable in self.interface:
            for reports in (variable.time_constant, variable.sensitivity):
                if reports and reports not in scalars:
                    raise ValueError(
                        f"model {self.name}: {variable.path} names {reports}, which must be an output without extents"
                    )
        slow = {variable.listed_name: variable.shape for variable in self.outputs if variable.slow}
        for variable in self.inputs:
            if variable.shifts and slow.get(variable.shifts) != variable.shape:
                raise ValueError(
                    f"model {self.name}: {variable.path} shifts {variable.shifts}, which must be a slow output of its "
                    "size"
                )

    @property
    def parameters(self) -> tuple[Variable, ...]:
        """The block ``p``."""
        return self.fields.parameters

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """The block ``u``."""
        return self.fields.inputs

    @property
    def outputs(self) -> tuple[Variable, ...]:
        """The block ``y``."""
        return self.fields.outputs

    @property
    def states(self) -> tuple[Variable, ...]:
        """The block ``x``."""
        return self.fields.states

    @property
    def constants(self) -> tuple[Variable, ...]:
        """The block ``c``."""
        return self.fields.constants

    @property
    def interface(self) -> tuple[Variable, ...]:
        """Parameters, inputs and outputs: what a user sees, in the order of the memory."""
        return self.parameters + self.inputs + self.outputs

    @cached_property
    def structures(self) -> tuple[Structure, ...]:
        """What kernels know of the blocks, in the order of their arguments: ``x, p, u, y, c``."""
        blocks = (self.states, self.parameters, self.inputs, self.outputs, self.constants)
        return tuple(structure_of(block) for block in blocks)

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

        fields = replace(self.fields, parameters=restart(self.parameters), inputs=restart(self.inputs))
        return replace(self, fields=fields)
