"""How a program is ended from outside: Ctrl-C and, where a command line asks for it, other signals in the same way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = tuple(signal.Signals[name] for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
"""What asks a program to end, besides Ctrl-C, on this system."""


class Interruption(KeyboardInterrupt):
    """The end that a signal asks for.

    Parameters
    ----------
    number : int
        The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def interrupt(number: int, _: FrameType | None) -> None:
    """Raise an `Interruption`; the handler of signals that end a program as Ctrl-C does."""
    raise Interruption(number)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let every signal of `ENDING` end the block as Ctrl-C does: for a program, which may say what they do.

    A signal that is ignored, as SIGHUP under nohup, or that has a handler is left alone.
    """
    own = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL] if _is_at_home() else []
    for number in own:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in own:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def interruption_put_off() -> Iterator[Callable[[], None]]:
    """Put off Ctrl-C, and other signals that end the program likewise, until the function that is yielded is called.

    On its way into or out of an FMU's Python a KeyboardInterrupt ends as fmi2Fatal or is lost, and between the
    opening of a component and the note that it is to be closed it would leave the component open. Signals that the
    host handles, or that end it at once, are its own.
    """
    put_off = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDING)} if _is_at_home() else {}
    put_off = {number: how for number, how in put_off.items() if how in (signal.default_int_handler, interrupt)}
    met: list[int] = []

    def check() -> None:
        if met:
            raise Interruption(met.pop())

    for number in put_off:
        signal.signal(number, lambda number, _: met.append(number))
    try:
        yield check
        check()
    finally:
        for number, how in put_off.items():
            signal.signal(number, how)


def _is_at_home() -> bool:
    """Whether this is the thread that is interrupted."""
    return threading.current_thread() is threading.main_thread()
