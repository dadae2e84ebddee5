"""Messages through pythonfmu to the importer's logger."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum


class Status(IntEnum):
    """The statuses of FMI that are logged."""

    DISCARD = 2
    ERROR = 3


CATEGORIES = {Status.DISCARD: "logStatusDiscard", Status.ERROR: "logStatusError"}


class Log:
    """Tells what an instance refuses, and nothing twice in a row.

    Parameters
    ----------
    send : callable
        Takes a message, which is a format of printf, its status and its category.
    """

    def __init__(self, send: Callable[[str, int, str], None]) -> None:
        self._send = send
        self._told = ""

    def tell(self, status: Status, message: str) -> None:
        """Log a message unless it is the one that was logged last."""
        if message == self._told:
            return
        self._told = message
        printable = message.encode("utf-8", "replace").decode()  # pythonfmu crashes where a text has no UTF-8
        self._send(printable.replace("%", "%%"), status, CATEGORIES[status])
