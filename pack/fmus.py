"""The FMUs of a pack: built, and joined to a system."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..cosim.fmu.component import fmu_component
from ..coupling.system import System
from ..fmi.build import Form, build_parts
from ..fmi.native.platforms import Platform
from .file import Pack
from .parts import parts
from .topology import AGING, ELECTRICAL, PACK_LAYERS, block_system, pack_system


def fmu_pack(folder: Path, management: bool = False) -> System:
    """Join the FMUs of a folder that are components of a pack.

    ``Aging.fmu`` is one of them where the cells age, ``Bms.fmu`` where the pack has a `management`.
    """
    cells = fmu_component("Cell", PACK_LAYERS["Cell"], folder / "Cell.fmu")
    absent = (
        {"Cell", "Meter"}
        | (set() if management else {"Bms"})
        | (set() if "capacity_loss" in cells.ports else {"Aging"})
    )
    others = [name for name in PACK_LAYERS if name not in absent]
    return pack_system([cells, *(fmu_component(name, PACK_LAYERS[name], folder / f"{name}.fmu") for name in others)])


def fmu_block(folder: Path) -> System:
    """Join ``Pack.fmu`` and ``Aging.fmu`` of a folder."""
    block = fmu_component("Pack", ELECTRICAL, folder / "Pack.fmu")
    return block_system(block, fmu_component("Aging", AGING, folder / "Aging.fmu"))


def build_pack(
    pack: Pack, output: Path, form: Form = Form.NATIVE, platforms: Sequence[Platform] = tuple(Platform)
) -> dict[str, Path]:
    """Build the components of a pack; see `build_parts`."""
    return build_parts(parts(pack), output, pack.outputs.detail, form, platforms)
