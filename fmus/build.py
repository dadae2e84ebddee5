"""Builds the FMUs of a pack, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from enum import Enum
from pathlib import Path

from tqdm import tqdm

from .files import replacing
from .native_fmu import build_native_fmu
from .pack import Pack
from .parts import parts
from .platforms import Platform
from .python_fmu import build_python_fmu, load_component


class Form(Enum):
    """The flavours of an FMU, and the folders in the output folder that they go to."""

    PYTHON = "python"
    NATIVE = "native"


FOLDER = Form.PYTHON.value
"""Where in the output folder the FMUs of the Python flavour go."""

PATIENCE = 2.0
"""Seconds after which a progress bar appears."""


def build_pack(
    pack: Pack, output: Path, form: Form = Form.PYTHON, platforms: Sequence[Platform] = tuple(Platform)
) -> dict[str, Path]:
    """Build Cell, PackNetwork, Thermal and Balancer of a pack.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    output : Path
        The FMUs are written into a folder in it, named by the flavour; missing folders are made. FMUs that are there
        are replaced once all new ones have been built.
    form : Form
        The flavour.
    platforms : sequence of Platform
        Where native FMUs shall run.

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
    targets = {part.name: output / form.value / f"{part.name}.fmu" for part in planned}
    with ExitStack() as stack:
        drafts = {name: stack.enter_context(replacing(target)) for name, target in targets.items()}
        for part in tqdm(planned, desc="building FMUs", unit="FMU", delay=PATIENCE, disable=None, leave=False):
            what = (drafts[part.name], part.component, part.arguments, part.start, pack.outputs.detail)
            if form is Form.NATIVE:
                build_native_fmu(*what, platforms)
            else:
                build_python_fmu(*what)
    return targets
