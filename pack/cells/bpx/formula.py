"""Formulas of a BPX file: read without running a word of them, and evaluated on arrays.

A formula is in the syntax of Python: numbers, the variable x, ``+ - * / **``, brackets, and `FUNCTIONS`. It is parsed
to a tree, whose nodes are looked at one by one; nothing of it is executed as code.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

MOST_CHARACTERS = 20_000
"""Length of a formula."""

MOST_DEPTH = 300
"""Terms, brackets, signs and powers within each other."""

FUNCTIONS: dict[str, Callable[[Values], Values]] = {
    "exp": np.exp, "log": np.log, "log10": np.log10, "sqrt": np.sqrt, "abs": np.abs, "sin": np.sin, "cos": np.cos,
    "tan": np.tan, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh,
}  # fmt: skip
"""Functions of one argument."""

OPERATORS: dict[type[ast.operator], Callable[[Values, Values], Values]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
}  # fmt: skip
"""Operators of two arguments."""


@dataclass(frozen=True)
class Formula:
    """A formula of x.

    Parameters
    ----------
    text : str
        As the file has it.

    Raises
    ------
    ValueError
        When it is no such formula; the message tells what is allowed.
    """

    text: str

    def __post_init__(self) -> None:
        _check(self._tree(), 0)

    def __call__(self, x: Values) -> Values:
        """Return its values; where it has none, they are not finite."""
        with np.errstate(all="ignore"):
            found = _evaluated(self._tree(), np.asarray(x, np.float64))
        return np.broadcast_to(found, np.shape(x)).astype(np.float64)

    def _tree(self) -> ast.expr:
        if len(self.text) > MOST_CHARACTERS:
            raise ValueError(f"a formula of {len(self.text)} characters; at most {MOST_CHARACTERS} are taken")
        if not self.text.isascii() or "\n" in self.text.strip():
            raise ValueError("a formula is one line of plain characters")
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise ValueError(f"no formula of x: {getattr(error, 'msg', error)}") from None


def _check(node: ast.expr, depth: int) -> None:
    """Raise ValueError where a node of the tree is not allowed."""
    if depth > MOST_DEPTH:
        raise ValueError("a formula of too many terms")
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        _check(node.left, depth + 1)
        _check(node.right, depth + 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        _check(node.operand, depth + 1)
    elif isinstance(node, ast.Call):
        _check_call(node, depth)
    elif isinstance(node, ast.Constant):
        if not isinstance(node.value, (int, float)) or isinstance(node.value, bool):
            raise ValueError(f"{node.value!r} is no number")
        if not np.isfinite(_number(node.value)):
            raise ValueError("a number in it is not finite")
    elif not (isinstance(node, ast.Name) and node.id == "x"):
        raise ValueError(f"allowed are numbers, x, + - * / **, brackets, and {', '.join(FUNCTIONS)}")


def _check_call(node: ast.Call, depth: int) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else "?"
    if name not in FUNCTIONS or len(node.args) != 1 or node.keywords:
        raise ValueError(f"{name} is no function of one argument; allowed are {', '.join(FUNCTIONS)}")
    _check(node.args[0], depth + 1)


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _evaluated(node: ast.expr, x: Values) -> Values:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_evaluated(node.left, x), _evaluated(node.right, x))
    if isinstance(node, ast.UnaryOp):
        value = _evaluated(node.operand, x)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return FUNCTIONS[node.func.id](_evaluated(node.args[0], x))
    return np.asarray(float(node.value)) if isinstance(node, ast.Constant) else x  # type: ignore[arg-type]
