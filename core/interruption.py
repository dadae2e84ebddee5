"""How a program is ended from outside: Ctrl-C and, where a command line asks for it, other signals in the same way."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, nullcontext
from types import FrameType

ENDING = tuple(signal.Signals[name] for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
"""What asks a program to end, besides Ctrl-C, on this system."""

AT_ONCE = 0.5
"""Seconds in which signals count as one: `timeout` sends each twice, and a terminal that is closed may."""

BY_SIGNAL = 128
"""What shells add to the number of the signal that ended a program."""

_handled = [-1.0]
"""When Python has last come to handle a signal."""


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
    _handled[0] = time.monotonic()
    raise Interruption(number)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let every signal of `ENDING` end the block as Ctrl-C does: for a program, which may say what they do.

    A signal that is ignored, as SIGHUP under nohup, or that has a handler is left alone. Where a library hangs, so that
    Python does not come to handle the first signal, the next one ends the process.
    """
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDING)} if _is_at_home() else {}
    own = {number: how for number, how in found.items() if how in (signal.default_int_handler, signal.SIG_DFL)}
    with _watched(set(own)) if own else nullcontext():
        try:
            for number in own:
                signal.signal(number, interrupt)
            yield
        finally:
            for number, how in own.items():
                signal.signal(number, how)


@contextmanager
def _watched(numbers: Set[int]) -> Iterator[None]:
    """Let a thread of its own see signals, also while the main thread is in a library."""
    seen, told = socket.socketpair()
    told.setblocking(False)
    with told:
        threading.Thread(target=_end_what_hangs, args=(seen, numbers), daemon=True).start()
        former = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(former)


def _end_what_hangs(seen: socket.socket, numbers: Set[int]) -> None:
    """End the process where a signal comes after one that has not been handled, and is not handled either."""
    first = -1.0
    with seen:
        while told := seen.recv(1):
            now = time.monotonic()
            if told[0] not in numbers:
                continue
            if _handled[0] >= first:
                first = now
            elif now - first > AT_ONCE:
                time.sleep(AT_ONCE)
                if _handled[0] < first:
                    os._exit(BY_SIGNAL + told[0])


@contextmanager
def interruption_put_off() -> Iterator[Callable[[], None]]:
    """Put off Ctrl-C, and other signals that end the program likewise, until the function that is yielded is called.

    On its way into or out of an FMU's Python a KeyboardInterrupt ends as fmi2Fatal or is lost, and between the
    opening of a component and the note that it is to be closed it would leave the component open. But where the
    function is not called soon, as an FMU hangs, the next signal ends the block wherever it is. Signals that the host
    handles, or that end it at once, are its own.
    """
    put_off = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDING)} if _is_at_home() else {}
    put_off = {number: how for number, how in put_off.items() if how in (signal.default_int_handler, interrupt)}
    met: list[tuple[int, float]] = []

    def note(number: int, _: FrameType | None) -> None:
        _handled[0] = time.monotonic()
        met.append((number, _handled[0]))
        if met[-1][1] - met[0][1] > AT_ONCE:
            check()

    def check() -> None:
        if met:
            number = met[0][0]
            met.clear()
            raise Interruption(number)

    try:
        for number in put_off:
            signal.signal(number, note)
        yield check
        check()
    finally:
        for number, how in put_off.items():
            signal.signal(number, how)


def _is_at_home() -> bool:
    """Whether this is the thread that is interrupted."""
    return threading.current_thread() is threading.main_thread()
