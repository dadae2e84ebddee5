"""What the master runs: an instance whose inputs are written, stepped, and whose outputs are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from numpy.typing import NDArray

from ..models.errors import InputError

Values = NDArray[Any]
"""Values of one port, flat."""


class SlaveError(Exception):
    """A component refused or failed; the message says why and does not name the component."""


@contextmanager
def blamed(name: str, on: str) -> Iterator[None]:
    """Turn a SlaveError into an InputError that names the component and what it was doing."""
    try:
        yield
    except SlaveError as error:
        raise InputError(f"{name} {on}: {error}") from error


class Slave(Protocol):
    """A running component.

    Between two calls the master writes into the arrays of `inputs` and reads those of `outputs`: flat views of the
    instance's own buffers, so that each step costs one bulk set and one bulk get.
    """

    inputs: Mapping[str, Values]
    outputs: Mapping[str, Values]

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Set start values of parameters and of inputs that are not in `inputs`; begin the initialisation at t [s]."""

    def initialize(self) -> None:
        """Compute the outputs from parameters and present inputs; may be repeated until `begin`."""

    def begin(self) -> None:
        """End the initialisation; the next call is a step."""

    def step(self, t: float, h: float) -> None:
        """Step from t to t + h [s] with the present inputs, and refresh the outputs."""

    def close(self) -> None:
        """Free whatever the instance holds; called once, whatever happened before."""
