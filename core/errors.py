"""The one exception for what a user got wrong."""

from __future__ import annotations

LONGEST = 60
"""Letters of a value that a message shows at most."""


class InputError(ValueError):
    """Something given by the user does not fit; the message is one line that says what would.

    Scripts print the message and end with exit code 2; no traceback is needed to act on it.
    """


def one_line(text: str) -> str:
    """Return a text with line breaks, and whatever else does not print, spelt out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def shortened(text: str) -> str:
    """Return the beginning of a text that is too long for a message."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
