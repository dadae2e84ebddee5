"""The source of the kernels of cells of several kinds: each kind's kernels in turn, over its own memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....core.block.block_type import nothing
from ....core.compilation.generated import execute
from ....core.kernel import Block, kernel
from ....core.model import Model
from ....core.variable import Count, Variable
from .merging import Merged

STATUSES = 50
"""Status of a refusal: this times the number of the kind, from 0, plus that of its model."""


@kernel
def give(values: Block, cells: Block, taken: Block) -> None:
    """Write the values of some of all cells."""
    for k in range(taken.shape[0]):
        taken[k] = values[cells[k]]


@kernel
def put(values: Block, cells: Block, among: Block) -> None:
    """Write the values of some cells to their places among all."""
    for k in range(values.shape[0]):
        among[cells[k]] = values[k]


def places_of(member: str, cells: NDArray[np.int64], count: int) -> Variable:
    """Return the constant that holds which of `count` cells are of a kind."""
    size = Count(len(cells), "cell")
    return Variable(f"{member}_cells", "1", size, cells, 0.0, count - 1.0, 1.0, f"Cells of {member}, from 0")


def kernels(members: Mapping[str, Model], merged: Merged) -> list[Callable[..., Any]]:
    """Return ``initialize``, ``outputs_kernel`` and ``advance`` of cells of several kinds."""
    called: dict[str, Any] = {f"write_{name}_extremes": write for name, write in merged.extremes.items()}
    for name, model in members.items():
        called |= {f"{name}_initialize": model.initialize, f"{name}_outputs_kernel": model.outputs_kernel}
        called[f"{name}_advance"] = model.advance
    return _compiled(write_source(members, merged), tuple(called.items()))


def write_source(members: Mapping[str, Model], merged: Merged) -> str:
    """Return the source of the kernels, and of what they call of their own."""
    taken: dict[str, list[str]] = {"take_parameters(p, c)": [], "take_inputs(x, u, c)": []}
    for name, model in members.items():
        here = [v for v in model.parameters if v.name in merged.parameters]
        taken["take_parameters(p, c)"] += [_take(name, "p", f"p.{name}", v.name, bool(v.shape)) for v in here]
        taken["take_inputs(x, u, c)"] += [_take(name, "u", f"x.{name}_inputs", v.name, True) for v in model.inputs]
    tunable = [v.name for v in merged.parameters.values() if v.tunable]
    functions = {
        **taken,
        "write_outputs(x, y, c)": _outputs(members, merged),
        "initialize(x, p, u, y, c)": [
            "take_parameters(p, c)",
            "take_inputs(x, u, c)",
            *(f"{name}_initialize({_blocks(name, model)})" for name, model in members.items()),
            "write_outputs(x, y, c)",
        ],
        "outputs_kernel(x, p, u, y, c)": [
            *(f"p.{name}.{parameter} = p.{parameter}" for name in members for parameter in tunable),
            *(f"{name}_outputs_kernel({_blocks(name, model)})" for name, model in members.items()),
            "write_outputs(x, y, c)",
        ],
        "advance(x, p, u, y, c, t, h)": _advance(members),
    }
    return "\n".join(
        f"def {signature}:\n" + "".join(f"    {line}\n" for line in body) for signature, body in functions.items()
    )


def _advance(members: Mapping[str, Model]) -> list[str]:
    """Step all kinds; the status is that of the first one that refuses."""
    lines = ["take_inputs(x, u, c)", "status = 0"]
    for number, (name, model) in enumerate(members.items()):
        lines += [
            f"told = {name}_advance({_blocks(name, model)}, t, h)",
            "if told != 0 and status == 0:",
            f"    status = {STATUSES * number} + told",
        ]
    return [*lines, "write_outputs(x, y, c)", "return status"]


def _take(member: str, block: str, own: str, name: str, of_cells: bool) -> str:
    return f"give({block}.{name}, c.{member}_cells, {own}.{name})" if of_cells else f"{own}.{name} = {block}.{name}"


def _outputs(members: Mapping[str, Model], merged: Merged) -> list[str]:
    lines = [
        f"put(x.{member}_outputs.{name}, c.{member}_cells, y.{name})" for name in merged.gathered for member in members
    ]
    for name, how in merged.folds.items():
        values = [f"x.{member}_outputs.{name}" for member in members]
        lines.append(f"y.{name} = " + (" + ".join(values) if how == "sum" else f"{how}({', '.join(values)})"))
    return lines + [f"write_{name}_extremes(y.{name}, y)" for name in merged.extremes]


def _blocks(member: str, model: Model) -> str:
    """Return the arguments of the kernel of a kind."""
    blocks = (
        (model.states, f"x.{member}_states"),
        (model.parameters, f"p.{member}"),
        (model.inputs, f"x.{member}_inputs"),
        (model.outputs, f"x.{member}_outputs"),
        (model.constants, f"c.{member}"),
    )
    return ", ".join(block if variables else "nothing()" for variables, block in blocks)


@cache
def _compiled(source: str, called: tuple[tuple[str, Any], ...]) -> list[Callable[..., Any]]:
    """Return the kernels of a source; it calls those of the kinds by name."""
    namespace: dict[str, Any] = {"__name__": __name__, "nothing": nothing, "give": give, "put": put, **dict(called)}
    execute(source, "kinds", namespace)
    for name in [name for name, value in namespace.items() if isinstance(value, FunctionType)]:
        namespace[name] = kernel(namespace[name])
    return [namespace[name] for name in ("initialize", "outputs_kernel", "advance")]
