"""Expressions of kernels, followed: each becomes a function of a `Frame` that returns a value.

Where it is not known which of two expressions is evaluated, both are. Numbers are taken to be finite, and divisors not
to be 0: 0 times a number is 0, and so is 0 over a number.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .frame import Frame
from .values import Dependent, dependence, is_known, joined, read

Evaluate = Callable[[Frame], Any]

OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift, ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_, ast.Invert: operator.invert,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.In: lambda item, items: item in items,
}  # fmt: skip


class Scope(NamedTuple):
    """What the names in a kernel stand for.

    Parameters
    ----------
    local : set of str
        The local variables; all other names are those of its module.
    names : mapping of str to Any
        The names of its module.
    follow : callable
        ``follow(callee)`` returns what follows a kernel, or None for what is no kernel.
    """

    local: frozenset[str]
    names: Mapping[str, Any]
    follow: Callable[[Any], Callable[..., Any] | None]


def computed(compute: Callable[..., Any], values: Sequence[Any]) -> Any:
    """Return what is computed of values; of numbers alone the result, as far as there is one."""
    if not all(map(is_known, values)):
        return Dependent(dependence(values))
    try:
        return compute(*values)
    except (ArithmeticError, ValueError):  # on a way that is never taken, or no number
        return Dependent(0)


def expression(node: ast.expr, scope: Scope) -> Evaluate:
    """Return the function that evaluates an expression; TypeError names what no kernel holds."""
    return made(_MAKERS, node, scope)


def made(makers: Mapping[Any, Callable[..., Any]], node: ast.expr | ast.stmt, scope: Scope) -> Any:
    """Return what the maker of a node's type makes of it; TypeError names the line and the type that has none."""
    make = makers.get(type(node))
    if make is None:
        raise TypeError(f"line {node.lineno}: kernels hold no {type(node).__name__}")
    return make(node, scope)


def constant(node: ast.expr, scope: Scope) -> Any:
    """Return the value of a name of the module, or of an attribute of such; None for all else."""
    if isinstance(node, ast.Name) and node.id not in scope.local:
        return scope.names[node.id]
    if isinstance(node, ast.Attribute):
        owner = constant(node.value, scope)
        return None if owner is None else getattr(owner, node.attr)
    return None


def _constant(node: ast.Constant, scope: Scope) -> Evaluate:
    return lambda frame: node.value


def _name(node: ast.Name, scope: Scope) -> Evaluate:
    name = node.id
    if name not in scope.local:
        value = constant(node, scope)
        return lambda frame: value

    def look_up(frame: Frame) -> Any:
        try:
            return frame.local[name]
        except KeyError:  # on a way that is never taken
            return Dependent(0)

    return look_up


def _attribute(node: ast.Attribute, scope: Scope) -> Evaluate:
    value, name = constant(node, scope), node.attr
    if value is not None:
        return lambda frame: value
    owner = expression(node.value, scope)
    return lambda frame: getattr(owner(frame), name)


def _subscript(node: ast.Subscript, scope: Scope) -> Evaluate:
    values, index = expression(node.value, scope), expression(node.slice, scope)
    return lambda frame: read(values(frame), index(frame))


def _tuple(node: ast.Tuple, scope: Scope) -> Evaluate:
    parts = [expression(part, scope) for part in node.elts]
    return lambda frame: tuple([part(frame) for part in parts])


def _unary(node: ast.UnaryOp, scope: Scope) -> Evaluate:
    compute, of = OPERATORS[type(node.op)], expression(node.operand, scope)
    return lambda frame: computed(compute, (of(frame),))


def _binary(node: ast.BinOp, scope: Scope) -> Evaluate:
    return combined(node.op, expression(node.left, scope), expression(node.right, scope))


def combined(operation: ast.operator, first: Evaluate, second: Evaluate) -> Evaluate:
    """Return the function that applies an operator to two expressions."""
    compute = OPERATORS[type(operation)]
    is_product, is_ratio = isinstance(operation, ast.Mult), isinstance(operation, ast.Div)
    is_sum, is_difference = isinstance(operation, ast.Add), isinstance(operation, ast.Sub)

    def apply(frame: Frame) -> Any:
        left, right = first(frame), second(frame)
        if type(left) is Dependent:
            if type(right) is Dependent:
                return Dependent(left.on | right.on)
            if right == 0 and (is_product or is_sum or is_difference):
                return right if is_product else left
            return Dependent(left.on)
        if type(right) is Dependent:
            if left == 0 and (is_product or is_ratio or is_sum):
                return right if is_sum else left
            return Dependent(right.on)
        return computed(compute, (left, right))

    return apply


def _compare(node: ast.Compare, scope: Scope) -> Evaluate:
    parts = [expression(part, scope) for part in (node.left, *node.comparators)]
    operators = [OPERATORS[type(each)] for each in node.ops]

    def compare(*values: Any) -> bool:
        return all(holds(a, b) for holds, a, b in zip(operators, values, values[1:], strict=False))

    return lambda frame: computed(compare, [part(frame) for part in parts])


def _boolean(node: ast.BoolOp, scope: Scope) -> Evaluate:
    parts, decides = [expression(part, scope) for part in node.values], isinstance(node.op, ast.Or)

    def evaluate(frame: Frame) -> Any:
        outer, on, value = frame.control, None, None
        for part in parts:
            value = part(frame)
            if is_known(value) and bool(value) is decides:
                break
            if not is_known(value):
                on = value.on if on is None else on | value.on
                frame.fork(value.on)
        frame.control = outer
        return value if on is None else Dependent(on)

    return evaluate


def _choice(node: ast.IfExp, scope: Scope) -> Evaluate:
    test, yes, no = (expression(part, scope) for part in (node.test, node.body, node.orelse))

    def evaluate(frame: Frame) -> Any:
        chosen = test(frame)
        if is_known(chosen):
            return yes(frame) if chosen else no(frame)
        outer = frame.fork(chosen.on)
        value = joined(yes(frame), no(frame), chosen.on)
        frame.control = outer
        return value

    return evaluate


def _call(node: ast.Call, scope: Scope) -> Evaluate:
    if node.keywords:
        raise TypeError(f"line {node.lineno}: kernels are called without keywords")
    arguments, callee = _arguments(node.args, scope), constant(node.func, scope)
    followed = scope.follow(callee)
    if followed is not None:
        return lambda frame: followed(frame, arguments(frame))
    if hasattr(callee, "_fields"):
        return lambda frame: callee(*arguments(frame))
    return lambda frame: computed(callee, arguments(frame))


def _arguments(nodes: Sequence[ast.expr], scope: Scope) -> Callable[[Frame], Sequence[Any]]:
    parts = [expression(node.value if isinstance(node, ast.Starred) else node, scope) for node in nodes]
    starred = [isinstance(node, ast.Starred) for node in nodes]
    if not any(starred):
        return lambda frame: [part(frame) for part in parts]

    def evaluate(frame: Frame) -> Sequence[Any]:
        values: list[Any] = []
        for part, is_starred in zip(parts, starred, strict=True):
            value = part(frame)
            values += value if is_starred else (value,)
        return values

    return evaluate


_MAKERS: Mapping[type[ast.expr], Callable[..., Evaluate]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Tuple: _tuple,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _choice,
    ast.Call: _call,
}
