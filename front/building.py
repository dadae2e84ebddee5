"""The FMUs of a pack: built from a pack file, or found where a former run has built them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ..core.errors import InputError
from ..coupling.system import System
from ..fmi.build import Form, build_parts, draft_parts, set_identity
from ..fmi.definition import Part
from ..fmi.files import replacing_together
from ..fmi.native.platforms import Platform, host_platform
from ..pack.block import all_parts
from ..pack.file import Pack, load_pack
from ..pack.ssp import draft_system

FORMS = {"native": (Form.NATIVE,), "python": (Form.PYTHON,), "both": (Form.NATIVE, Form.PYTHON)}
"""The flavours that can be asked for."""


def build_pack_file(path: Path, output: Path, flavour: str, platforms: Sequence[str]) -> str:
    """Build the FMUs of a pack file and its system for other masters; return names and sizes, a line each.

    Parameters
    ----------
    path, output : Path
        The pack file, and the folder to write to.
    flavour : str
        A key of `FORMS`.
    platforms : sequence of str
        Where native FMUs shall run, values of `fmi.native.platforms.Platform`.

    Raises
    ------
    InputError
        When the file does not fit, or the FMUs cannot be built; nothing is replaced then.
    """
    pack, forms = load_pack(path), FORMS[flavour]
    wanted = [Platform(value) for value in dict.fromkeys(platforms)]
    planned, detail = all_parts(pack), pack.outputs.detail
    with replacing_together() as draft_of:
        built = [draft_parts(planned, output, detail, draft_of, form, wanted) for form in forms]
        system = draft_system(pack, built[0], output, draft_of)
    fmus = [output / form.value / f"{part.name}.fmu" for form in forms for part in planned]
    return "\n".join(f"{each}  {each.stat().st_size / 1e6:.2f} MB" for each in (*fmus, *system))


def built_pack(
    pack: Pack, planned: Sequence[Part], output: Path, join: Callable[[Path], System]
) -> tuple[Path, System]:
    """Return the folder of a pack's native FMUs for this machine, and their system; what differs is built first.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    planned : sequence of Part
        Its parts, as `pack.parts` returns them, or with the block.
    output : Path
        The folder that has the FMUs in a folder ``native``.
    join : callable
        Joins the FMUs of a folder to a system.

    Raises
    ------
    InputError
        When they cannot be built or joined.
    """
    folder = output / Form.NATIVE.value
    found = _found(planned, folder, set_identity(planned, pack.outputs.detail), join)
    if found is None:
        build_parts(planned, output, pack.outputs.detail, Form.NATIVE, (host_platform(),))
        found = join(folder)
    return folder, found


def _found(planned: Sequence[Part], folder: Path, identity: str, join: Callable[[Path], System]) -> System | None:
    """Return the system of the FMUs of a folder if all are of this identity and run here."""
    fmus = [folder / f"{part.name}.fmu" for part in planned]
    try:
        if not all(_runs_here(fmu) for fmu in fmus):
            return None
        system = join(folder)
    except (InputError, OSError, zipfile.BadZipFile):  # a missing or damaged one is built anew
        return None
    return system if all(component.set_identity == identity for component in system.components) else None


def _runs_here(fmu: Path) -> bool:
    """Whether an FMU has a library for this machine."""
    with zipfile.ZipFile(fmu) as archive:
        return any(name.startswith(f"binaries/{host_platform().value}/") for name in archive.namelist())
