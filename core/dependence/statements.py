"""Statements of kernels, followed: each becomes a function of a `Frame` that returns how it ends.

Of two ways both are taken where the condition is not known, the second one with what the first one has written; what
either writes may be there or not. A loop whose end is not known is repeated until nothing changes any more.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import repeat
from typing import Any

from ..block.block_type import nothing
from ..compilation.compiler import Kernel
from .expressions import Evaluate, Scope, combined, expression, made
from .frame import Flow, Frame
from .values import Dependent, Record, dependence, is_known, write, write_scalar

Run = Callable[[Frame], Flow]


@cache
def followed(kernel: Any) -> Callable[[Frame, Sequence[Any]], Any] | None:
    """Return what follows a call of a kernel in a `Frame`, with its arguments; None for what is no kernel."""
    if kernel is nothing:
        return lambda frame, arguments: Record((), {})
    if not isinstance(kernel, Kernel):
        return None
    function = kernel.py_func
    names = inspect.getfullargspec(function).args
    results: dict[tuple[Any, ...], Any] = {}

    def follow(caller: Frame, arguments: Sequence[Any]) -> Any:
        given = tuple(arguments)
        if given in results:
            return results[given]
        frame = Frame(dict(zip(names, given, strict=True)), caller.control)
        _body(function)(frame)
        caller.changes += frame.changes
        result = None if frame.result is frame else frame.result
        if all(type(value) is int for value in given):
            results[given] = result
        return result

    return follow


@cache
def _body(function: Callable[..., Any]) -> Run:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    scope = Scope(frozenset(function.__code__.co_varnames), vars(builtins) | function.__globals__, followed)
    return _block(tree.body, scope)


def _block(nodes: Sequence[ast.stmt], scope: Scope) -> Run:
    runs = [made(_MAKERS, node, scope) for node in nodes]

    def run(frame: Frame) -> Flow:
        for each in runs:
            flow = each(frame)
            if flow is not Flow.NEXT:
                return flow
        return Flow.NEXT

    return run


def _pass(node: ast.Pass, scope: Scope) -> Run:
    return lambda frame: Flow.NEXT


def _expression(node: ast.Expr, scope: Scope) -> Run:
    evaluate = expression(node.value, scope)

    def run(frame: Frame) -> Flow:
        evaluate(frame)
        return Flow.NEXT

    return run


def _assign(node: ast.Assign, scope: Scope) -> Run:
    value, stores = expression(node.value, scope), [_store(target, scope) for target in node.targets]

    def run(frame: Frame) -> Flow:
        given = value(frame)
        for store in stores:
            store(frame, given)
        return Flow.NEXT

    return run


def _augmented(node: ast.AugAssign, scope: Scope) -> Run:
    value = combined(node.op, expression(node.target, scope), expression(node.value, scope))
    store = _store(node.target, scope)

    def run(frame: Frame) -> Flow:
        store(frame, value(frame))
        return Flow.NEXT

    return run


def _store(target: ast.expr, scope: Scope) -> Callable[[Frame, Any], None]:
    """Return the function that gives a target a value."""
    if isinstance(target, ast.Name):
        return lambda frame, value: frame.assign(target.id, value)
    if isinstance(target, ast.Tuple):
        stores = [_store(part, scope) for part in target.elts]

        def unpack(frame: Frame, values: Any) -> None:
            for store, value in zip(stores, values, strict=True):
                store(frame, value)

        return unpack
    assert isinstance(target, ast.Attribute | ast.Subscript)
    owner = expression(target.value, scope)
    if isinstance(target, ast.Attribute):
        return lambda frame, value: frame.note(write_scalar(owner(frame), target.attr, value, frame.control))
    index = expression(target.slice, scope)
    return lambda frame, value: frame.note(write(owner(frame), index(frame), value, frame.control))


def _return(node: ast.Return, scope: Scope) -> Run:
    value: Evaluate = (lambda frame: None) if node.value is None else expression(node.value, scope)

    def run(frame: Frame) -> Flow:
        frame.end(value(frame))
        return Flow.RETURN

    return run


def _break(node: ast.Break, scope: Scope) -> Run:
    return lambda frame: Flow.BREAK


def _if(node: ast.If, scope: Scope) -> Run:
    test, yes, no = expression(node.test, scope), _block(node.body, scope), _block(node.orelse, scope)

    def run(frame: Frame) -> Flow:
        chosen = test(frame)
        if is_known(chosen):
            return yes(frame) if chosen else no(frame)
        outer, before = frame.fork(chosen.on), dict(frame.local)
        first, there = yes(frame), frame.local
        frame.local = before
        second = no(frame)
        frame.merge(there, chosen.on)
        if first is not second and Flow.BREAK in (first, second):
            frame.broken |= frame.control
        frame.control = outer | frame.left | frame.broken
        return first if first is second else Flow.NEXT

    return run


def _while(node: ast.While, scope: Scope) -> Run:
    test, body = expression(node.test, scope), _block(node.body, scope)

    def rounds(frame: Frame) -> Iterator[Any]:
        while True:
            goes_on = test(frame)
            if is_known(goes_on) and not goes_on:
                return
            yield goes_on

    return _loop(rounds, body)


def _for(node: ast.For, scope: Scope) -> Run:
    assert isinstance(node.target, ast.Name)
    assert isinstance(node.iter, ast.Call)
    name, ends = node.target.id, [expression(part, scope) for part in node.iter.args]

    def rounds(frame: Frame) -> Iterator[Any]:
        values, broken = [end(frame) for end in ends], frame.broken
        counted = range(*values) if all(map(is_known, values)) else repeat(Dependent(dependence(values)))
        for number in counted:
            frame.local[name] = number
            yield number if not is_known(number) else True
        if frame.broken != broken:
            frame.assign(name, Dependent(frame.broken))

    return _loop(rounds, _block(node.body, scope), counts=name != "_")


def _loop(rounds: Callable[[Frame], Iterator[Any]], body: Run, counts: bool = True) -> Run:
    """Return what runs a loop; `counts` says whether its rounds differ in more than what they have found."""

    def run(frame: Frame) -> Flow:
        outer, broken = frame.control, frame.broken
        for comes in rounds(frame):
            before = None if counts and is_known(comes) else frame.snapshot()
            if not is_known(comes):
                frame.fork(comes.on)
                frame.broken |= frame.control
            flow = body(frame)
            if flow is Flow.RETURN and is_known(comes):
                return flow
            if flow is not Flow.NEXT:
                break
            if before is not None and frame.is_as(before):
                break
        frame.control, frame.broken = outer | frame.left, broken
        return Flow.NEXT

    return run


_MAKERS: Mapping[type[ast.stmt], Callable[..., Run]] = {
    ast.Pass: _pass,
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Break: _break,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
}
