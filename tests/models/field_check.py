"""Reads the source of every kernel that a model reaches, and holds each field that it names against the declaration.

Nothing is compiled. The first five arguments of a model's kernels are its blocks ``x``, ``p``, ``u``, ``y``, ``c``.
From there blocks and fields are followed through calls and assignments, whatever the callee calls them.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from packfmu.core.model import Model
from packfmu.core.variable import Variable

BLOCKS = {"x": "states", "p": "parameters", "u": "inputs", "y": "outputs", "c": "constants"}

SECTION = re.compile(r"\nShared states\n-+\n(.*?)(?=\n\n\w[^\n]*\n---|\Z)", re.DOTALL)


def shared(module: str) -> set[str]:
    """Return the states that a module says it shares."""
    section = SECTION.search(inspect.cleandoc(sys.modules[f"packfmu.{module}"].__doc__ or ""))
    return set(re.findall(r"`(\w+)`", section[1])) if section else set()


@dataclass(frozen=True)
class Block:
    """A block of the model, or the record of one owner in it."""

    letter: str
    owner: str = ""


@dataclass(frozen=True)
class Array:
    """An array of a block, or a row of one: the variable and how many indices it still takes."""

    variable: Variable
    dimensions: int

    def __str__(self) -> str:
        return f"{id(self.variable)} {self.dimensions}"


Value = Block | Array | None
"""What a name in a kernel stands for, as far as it is a block or an array of one."""


@dataclass
class Found:
    """What the kernels of a model do with its fields."""

    problems: list[str] = field(default_factory=list)
    readers: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    writers: dict[tuple[str, str], set[str]] = field(default_factory=dict)


def check(model: Model) -> Found:
    """Return what is wrong with the fields in a model's kernels, and which modules read and write which field."""
    found, seen = Found(), set[Any]()
    for kernel in (model.initialize, model.outputs_kernel, model.advance):
        function = getattr(kernel, "py_func", kernel)
        names = list(inspect.signature(function).parameters)[:5]
        blocks = dict(zip(names, map(Block, BLOCKS), strict=True))
        _Reader(model, function, blocks, found, seen).read()
    found.problems = list(dict.fromkeys(found.problems))
    return found


class _Reader(ast.NodeVisitor):
    """Reads one kernel, called with these blocks and fields."""

    def __init__(self, model: Model, function: Any, names: dict[str, Value], found: Found, seen: set[Any]) -> None:
        self.model, self.function, self.found, self.seen = model, function, found, seen
        self.names: dict[str, Value] = dict(names)
        self.module = function.__module__.removeprefix("packfmu.")

    def read(self) -> None:
        """Read the kernel, and those that it calls, unless that was done with the same arguments."""
        key = (self.function, tuple(sorted((name, str(value)) for name, value in self.names.items() if value)))
        if key in self.seen:
            return
        self.seen.add(key)
        source = textwrap.dedent(inspect.getsource(self.function))
        (tree,) = ast.parse(source).body
        assert isinstance(tree, ast.FunctionDef)
        for statement in tree.body:
            self.visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Follow ``name = block.field``; look at everything else."""
        self.take(node.value)
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple):
                given = node.value.elts if isinstance(node.value, ast.Tuple) else [ast.Constant(0)] * len(target.elts)
                pairs = list(zip(target.elts, given, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name):
                    self.names[name.id] = self.value(value)
                else:
                    self.use(name, written=True)

    def take(self, node: ast.expr) -> None:
        """Look at an expression that may be a whole array or a row of one."""
        if isinstance(self.value(node), Array):
            while isinstance(node, ast.Subscript):
                self.visit(node.slice)
                node = node.value
            self.note(node, written=False)
        elif not isinstance(self.value(node), Block):
            self.visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        """Look at each element, which may be an array."""
        for element in node.elts:
            self.take(element)

    def visit_Return(self, node: ast.Return) -> None:
        """Look at what is returned, which may be an array."""
        if node.value is not None:
            self.take(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Look at ``block.field += ...``, which reads and writes."""
        self.visit(node.value)
        if not isinstance(node.target, ast.Name):
            self.use(node.target, written=True)
            self.use(node.target)

    def visit_Call(self, node: ast.Call) -> None:
        """Go on in a kernel that is called."""
        for argument in node.args:
            self.take(argument)
        callee = self.called(node.func)
        if callee is None:
            return
        names = list(inspect.signature(callee).parameters)
        values = {name: self.value(argument) for name, argument in zip(names, node.args, strict=False)}
        _Reader(self.model, callee, values, self.found, self.seen).read()

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Look at ``block.field`` as a number."""
        self.use(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Look at ``block.field[k]``."""
        self.use(node)

    def called(self, function: ast.expr) -> Any:
        """Return the Python function of a kernel that is called by a name; None for anything else."""
        space = self.function.__globals__
        target = None
        if isinstance(function, ast.Name):
            target = space.get(function.id)
        elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            module = space.get(function.value.id)
            target = getattr(module, function.attr, None) if isinstance(module, ModuleType) else None
        return getattr(target, "py_func", None)

    def value(self, node: ast.expr | None) -> Value:
        """Return the block or the array that an expression stands for."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            block = self.value(node.value)
            if isinstance(block, Block):
                if not block.owner and any(v.owner == node.attr for v in self.variables(block)):
                    return Block(block.letter, node.attr)
                variable = self.variable(block, node.attr)
                return Array(variable, len(variable.shape)) if variable is not None and variable.shape else None
        if isinstance(node, ast.Subscript):
            whole = self.value(node.value)
            if isinstance(whole, Array):
                left = whole.dimensions - (len(node.slice.elts) if isinstance(node.slice, ast.Tuple) else 1)
                return Array(whole.variable, left) if left > 0 else None
        return None

    def use(self, node: ast.expr, written: bool = False) -> None:
        """Check a field with as many indices as it has here."""
        indices: list[ast.expr] = []
        while isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            indices = [*inner, *indices]
            node = node.value
        for index in indices:
            self.visit(index)
        if isinstance(node, ast.Name):
            known = self.names.get(node.id)
            if isinstance(known, Array):
                self.shape(known.variable, known.dimensions, len(indices))
        elif isinstance(node, ast.Attribute):
            if node.attr == "shape" and self.value(node.value) is not None:
                self.note(node.value, written)
                return
            variable = self.note(node, written)
            if variable is not None:
                self.shape(variable, len(variable.shape), len(indices))

    def note(self, node: ast.expr, written: bool) -> Variable | None:
        """Take down that a field is used; return its variable, None where it is no field or is not declared."""
        if not isinstance(node, ast.Attribute):
            return None
        block = self.value(node.value)
        if not isinstance(block, Block):
            self.visit(node.value)
            return None
        if not block.owner and any(v.owner == node.attr for v in self.variables(block)):
            return None
        variable = self.variable(block, node.attr)
        if variable is None:
            self.problem(f"{self.path(block, node.attr)} is not declared")
            return None
        where = self.found.writers if written else self.found.readers
        where.setdefault((block.letter, variable.path), set()).add(self.module)
        return variable

    def shape(self, variable: Variable, dimensions: int, indices: int) -> None:
        """Take down where an array is used as a number with another number of indices than it has dimensions."""
        if indices != dimensions:
            self.problem(f"{variable.path} has {dimensions} dimensions and is used with {indices} indices")

    def problem(self, text: str) -> None:
        """Take down what is wrong, with module and kernel."""
        self.found.problems.append(f"{self.module}, {self.function.__name__}: {text}")

    def variables(self, block: Block) -> tuple[Variable, ...]:
        """Return the variables of a block."""
        variables: tuple[Variable, ...] = getattr(self.model, BLOCKS[block.letter])
        return variables

    def variable(self, block: Block, name: str) -> Variable | None:
        """Return the variable of a block, None where there is none."""
        return next((v for v in self.variables(block) if v.owner == block.owner and v.name == name), None)

    @staticmethod
    def path(block: Block, name: str) -> str:
        """Return a field as a kernel writes it."""
        return f"{block.letter}.{block.owner}.{name}" if block.owner else f"{block.letter}.{name}"


def unused(model: Model, found: Found) -> Iterator[str]:
    """Yield the states, parameters and outputs that no kernel names."""
    for letter, block in BLOCKS.items():
        for variable in getattr(model, block):
            if (letter, variable.path) not in found.readers.keys() | found.writers.keys():
                yield f"{letter}.{variable.path}"
