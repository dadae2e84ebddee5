"""Builds the FMUs of a pack, all of them or none."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

from tqdm import tqdm

from ..models.errors import InputError
from .pack import Pack
from .parts import parts
from .python_fmu import build_python_fmu, load_component

FOLDER = "python"
"""Where in the output folder the FMUs of the Python flavour go."""

PATIENCE = 2.0
"""Seconds after which a progress bar appears."""


def build_pack(pack: Pack, output: Path) -> dict[str, Path]:
    """Build Cell, PackNetwork, Thermal and Balancer of a pack.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    output : Path
        The FMUs are written into its folder `FOLDER`; missing folders are made. FMUs that are there are replaced once
        all new ones have been built.

    Returns
    -------
    dict of str to Path
        The .fmu file of each component.

    Raises
    ------
    InputError
        When a value of the pack does not fit a model, or the output cannot be written; no FMU was replaced then.
    """
    planned = parts(pack)
    for part in planned:
        load_component(part.component, part.arguments, part.start)
    folder = output / FOLDER
    targets = {part.name: folder / f"{part.name}.fmu" for part in planned}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for target in targets.values():
            _check_replaceable(target)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".build-") as drafts:
            for part in tqdm(planned, desc="building FMUs", unit="FMU", delay=PATIENCE, leave=False):
                draft = Path(drafts, f"{part.name}.fmu")
                build_python_fmu(draft, part.component, part.arguments, part.start, pack.outputs.detail)
            for name, target in targets.items():
                Path(drafts, f"{name}.fmu").replace(target)
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return targets


def _check_replaceable(target: Path) -> None:
    """Raise InputError where a draft could not, or should not, take the place of `target`."""
    if target.is_dir():
        raise InputError(f"{target} cannot be written: it is a folder")
    if target.exists() and not target.stat().st_mode & stat.S_IWUSR:  # renaming a draft would not ask
        raise InputError(f"{target} cannot be written: it is write-protected")
