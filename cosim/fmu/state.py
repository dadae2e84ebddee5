"""The complete state of a running FMU as bytes, through the functions that FMI 2.0 has for it."""

from __future__ import annotations

from typing import Any

from ...coupling.slave import SlaveError
from .description import Description

CAPABILITIES = ("canGetAndSetFMUstate", "canSerializeFMUstate")
"""What an FMU must declare for its state to be saved."""

TRUE = ("true", "1")
"""How XML spells it."""


def check_capabilities(description: Description) -> None:
    """Raise SlaveError unless the FMU declares that its state can be saved; the message names what is missing."""
    missing = [name for name in CAPABILITIES if description.capabilities.get(name, "false").strip() not in TRUE]
    if missing:
        raise SlaveError(
            f"the FMU does not save its state: its model description has no {' and no '.join(missing)}; "
            "error control, jumps and checkpoints need it"
        )


def save_state(fmu: Any) -> bytes:
    """Return the state of an FMPy FMU2Slave; FMICallException where a call fails."""
    state = fmu.getFMUstate()
    try:
        return bytes(fmu.serializeFMUstate(state))
    finally:
        fmu.freeFMUstate(state)


def restore_state(fmu: Any, saved: bytes) -> None:
    """Put a state back; FMICallException where a call fails."""
    state = fmu.deSerializeFMUstate(saved)
    try:
        fmu.setFMUstate(state)
    finally:
        fmu.freeFMUstate(state)
