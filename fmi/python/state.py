"""The whole state of an FMU instance as bytes."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from .access import AccessError

MAGIC = b"packfmu"
VERSION = 2
_HEADER = struct.Struct("<7sB64sBBQd")


class Mode(IntEnum):
    """Where in its life an instance is."""

    INSTANTIATED = 0
    INITIALISATION = 1
    STEPPING = 2
    TERMINATED = 3


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
    header = _HEADER.pack(MAGIC, VERSION, identity.encode(), state.phase, state.stale, memory.nbytes, state.time)
    return header + memory.tobytes() + json.dumps(state.amiss).encode()


def unpack_state(identity: str, data: bytes, memory: NDArray[np.float64]) -> State:
    """Write saved values into `memory` and return the other parts of the state.

    Raises
    ------
    AccessError
        When the bytes are no state of this FMU; nothing is changed then.
    """
    if len(data) < _HEADER.size or not data.startswith(MAGIC):
        raise AccessError("the bytes are no state of an FMU of packfmu")
    _, version, owner, phase, stale, size, time = _HEADER.unpack_from(data)
    if version != VERSION:
        raise AccessError(f"the state has version {version}, this FMU reads version {VERSION}")
    owner_identity = owner.rstrip(b"\0").decode(errors="replace")
    if owner_identity != identity:
        raise AccessError(f"the state belongs to the FMU {owner_identity}, this one is {identity}")
    end = _HEADER.size + memory.nbytes
    if size != memory.nbytes or len(data) <= end:
        raise AccessError(f"the state is cut off: {len(data)} bytes")
    amiss = {int(key): str(reason) for key, reason in json.loads(data[end:]).items()}
    state = State(Mode(phase), Stale(stale), amiss, time)
    memory[:] = np.frombuffer(data, count=memory.size, offset=_HEADER.size)
    return state
