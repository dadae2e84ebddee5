"""Builds the FMUs of a pack, all of them or none."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from enum import Enum
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..core.variable import Detail
from .definition import Part
from .files import Drafts, replacing_together
from .native.child import Children
from .native.fmu import build_native_fmu
from .native.libraries import Wanted, are_at_hand
from .native.platforms import Platform
from .python.fmu import build_python_fmu
from .registry import component_sources, load_definition
from .supplements import digest


class Form(Enum):
    """The flavours of an FMU, and the folders in the output folder that they go to."""

    PYTHON = "python"
    NATIVE = "native"


PATIENCE = 2.0
"""Seconds after which a progress bar appears."""

BUILDING = "building FMUs"


def build_parts(
    planned: Sequence[Part],
    output: Path,
    detail: Detail,
    form: Form = Form.NATIVE,
    platforms: Sequence[Platform] = tuple(Platform),
) -> dict[str, Path]:
    """Build an FMU of each part.

    Parameters
    ----------
    planned : sequence of Part
        What is built.
    output : Path
        The FMUs are written into a folder in it, named by the flavour; missing folders are made. FMUs that are there
        are replaced once all new ones have been built.
    detail : Detail
        Outputs finer than this are left out of the model description.
    form : Form
        The flavour.
    platforms : sequence of Platform
        Where native FMUs shall run.

    Returns
    -------
    dict of str to Path
        The .fmu file of each part.

    Raises
    ------
    InputError
        When a value does not fit a model, or the output cannot be written; no FMU was replaced then.
    """
    with replacing_together() as draft_of:
        draft_parts(planned, output, detail, draft_of, form, platforms)
    return {part.name: _target(part, output, form) for part in planned}


def draft_parts(
    planned: Sequence[Part],
    output: Path,
    detail: Detail,
    draft_of: Drafts,
    form: Form = Form.NATIVE,
    platforms: Sequence[Platform] = tuple(Platform),
) -> dict[str, Path]:
    """Build an FMU of each part as a draft, of `replacing_together`, and return the drafts; see `build_parts`."""
    models = {part.name: load_definition(part.component, part.arguments, part.start).model for part in planned}
    wanted = [Wanted(part.component, part.arguments, models[part.name], platforms) for part in planned]
    doing = _told(wanted) if form is Form.NATIVE else BUILDING
    drafts = {part.name: draft_of(_target(part, output, form)) for part in planned}
    identity = set_identity(planned, detail)
    with ExitStack() as stack:

        def build(part: Part) -> None:
            what = (drafts[part.name], part.component, part.arguments, part.start, detail)
            if form is Form.NATIVE:
                build_native_fmu(*what, platforms, identity)
            else:
                build_python_fmu(*what, identity)

        children = Children()
        workers = ThreadPoolExecutor(os.cpu_count(), initializer=children.adopt)  # compilers run in children
        stack.callback(workers.shutdown, cancel_futures=True)
        stack.callback(children.end)
        running = [workers.submit(build, part) for part in planned]
        for done in tqdm(
            as_completed(running), doing, len(running), unit="FMU", delay=PATIENCE, disable=None, leave=False
        ):
            done.result()
    return drafts


def set_identity(planned: Sequence[Part], detail: Detail) -> str:
    """Return what FMUs have in common that are made of these parts: a hash of parts, detail and sources."""
    total = hashlib.sha256(digest(component_sources()).encode() + detail.name.encode())
    for part in planned:
        total.update(json.dumps([part.name, part.component, dict(part.arguments)], sort_keys=True).encode())
        for name, values in sorted(part.start.items()):
            numbers = np.asarray(values, dtype="<f8")
            total.update(f"{name} {numbers.shape}".encode() + numbers.tobytes())
    return total.hexdigest()[:32]


def _target(part: Part, output: Path, form: Form) -> Path:
    return output / form.value / f"{part.name}.fmu"


def _told(wanted: Sequence[Wanted]) -> str:
    """Return what the progress bar says: for what a compiler runs, where it has to."""
    missing = [component.model.name for component in wanted if not are_at_hand(component)]
    return f"compiling {', '.join(missing)} (once on this machine)" if missing else BUILDING
