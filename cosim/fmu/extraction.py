"""The folder that an FMU runs from: it lasts as long as the FMU."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from ...fmi.files import temporary_folder
from .archive import extract


class Extraction:
    """A folder with what an FMU is run from.

    Parameters
    ----------
    path : Path
        The .fmu file.

    Raises
    ------
    InputError
        When there is no place for it, or the archive is refused.
    """

    def __init__(self, path: Path) -> None:
        self._stack = ExitStack()
        self.folder = self._stack.enter_context(temporary_folder())
        try:
            extract(path, self.folder)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the folder."""
        self._stack.close()
