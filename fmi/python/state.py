"""The whole state of an FMU instance as bytes."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from ...core.block.memory_bounds import MemoryBounds
from .access import AccessError

MAGIC = b"packfmu"
VERSION = 3
_HEADER = struct.Struct("<7sB64s32s")
_FLAGS = struct.Struct("<BBdQ")

NOT_FINITE = -1
"""Key of what is amiss with the outputs before a step; variables have their value reference."""


class Mode(IntEnum):
    """Where in its life an instance is."""

    INSTANTIATED = 0
    INITIALISATION = 1
    STEPPING = 2
    TERMINATED = 3


BEFORE = (Mode.INSTANTIATED, Mode.INITIALISATION)
"""The modes before the first step."""


class Stale(IntEnum):
    """What no longer follows from the parameters and inputs that were set."""

    NOTHING = 0
    OUTPUTS = 1
    EVERYTHING = 2


@dataclass
class State:
    """What an instance must remember besides its memory.

    Parameters
    ----------
    phase : Mode
        Where in its life it is.
    stale : Stale
        What must be computed before outputs are read.
    amiss : dict of int to str
        Refusals that keep it from stepping.
    time : float
        Where the next step begins [s].
    """

    phase: Mode
    stale: Stale
    amiss: dict[int, str]
    time: float = 0.0


def wrong_time(expected: float, t: float, h: float) -> str | None:
    """Return why a step from t by h [s] cannot be taken where the last one ended at `expected`, or None.

    Masters sum and round their times: what differs by 1e-6 of the step and 1e-9 of the time is let through.
    """
    if not (math.isfinite(t + h) and h > 0.0):
        return f"time must be finite, the step positive and finite; they are {t:.9g} s and {h:.9g} s"
    tolerance = 1e-6 * h + 1e-9 * abs(expected)
    if abs(t - expected) <= tolerance:
        return None
    return (
        f"a step must begin at {expected:.12g} s, where the last one ended; the communication point is {t:.12g} s, "
        f"which differs by more than {tolerance:.3g} s"
    )


def pack_state(identity: str, state: State, memory: NDArray[np.float64]) -> bytes:
    """Return the state as bytes that `unpack_state` reads; `identity` names the FMU that they belong to."""
    flags = _FLAGS.pack(state.phase, state.stale, state.time, memory.nbytes)
    body = flags + memory.tobytes() + json.dumps({str(key): reason for key, reason in state.amiss.items()}).encode()
    return _HEADER.pack(MAGIC, VERSION, identity.encode(), sha256(body).digest()) + body


def unpack_state(identity: str, data: bytes, memory: NDArray[np.float64], bounds: MemoryBounds) -> State:
    """Write saved values into `memory` and return the other parts of the state.

    Raises
    ------
    AccessError
        When the bytes are no state of this FMU, or one that no instance can have come to; nothing is changed then.
    """
    if len(data) < _HEADER.size or not data.startswith(MAGIC):
        raise AccessError("the bytes are no state of an FMU of packfmu")
    _, version, owner, seal = _HEADER.unpack_from(data)
    if version != VERSION:
        raise AccessError(f"the state has version {version}, this FMU reads version {VERSION}")
    owner_identity = owner.rstrip(b"\0").decode(errors="replace")
    if owner_identity != identity:
        raise AccessError(f"the state belongs to the FMU {owner_identity}, this one is {identity}")
    body = data[_HEADER.size :]
    if len(body) < _FLAGS.size + memory.nbytes:
        raise AccessError(f"the state is cut off: {len(data)} bytes")
    if sha256(body).digest() != seal:
        raise AccessError("the state is damaged: its bytes are not those that were saved")
    state, values = _read_state(body, memory.size)
    if NOT_FINITE in state.amiss:  # it is found out once more, so that nothing is taken on trust
        state.stale = Stale.EVERYTHING if state.phase in BEFORE else Stale.OUTPUTS
    given = bounds.fault(values, end=bounds.results)
    hidden = bounds.fault(values, bounds.states) if state.stale is not Stale.EVERYTHING else None
    told = bounds.fault(values, bounds.results, bounds.states) if state.stale is Stale.NOTHING else None
    if given or hidden or told:
        raise AccessError(f"the state is damaged: {given or hidden or told}")
    memory[:] = values
    return state


def _read_state(body: bytes, count: int) -> tuple[State, NDArray[np.float64]]:
    """Return what the bytes of a state hold; AccessError where no instance can have come to it."""
    phase, stale, time, size = _FLAGS.unpack_from(body)
    values = np.frombuffer(body, np.float64, count, _FLAGS.size)
    try:
        told = json.loads(body[_FLAGS.size + values.nbytes :])
        amiss = {int(key): str(reason) for key, reason in told.items()}
        state = State(Mode(phase), Stale(stale), amiss, time)
    except (ValueError, AttributeError, RecursionError) as error:
        raise AccessError(f"the state is damaged: {error}") from error
    impossible = Stale.OUTPUTS if state.phase in BEFORE else Stale.EVERYTHING
    if state.stale is impossible or not math.isfinite(time) or size != values.nbytes:
        raise AccessError("the state is damaged: its flags contradict each other")
    return state, values
