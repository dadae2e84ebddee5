"""Build the FMUs of a pack: python build_fmus.py [PACK.toml] [--output dist] [--flavour native|python|both].

Writes PackNetwork, Cell, Thermal and Balancer, and Aging where the pack has it; Pack, which holds all but Aging in one
block; and the components as a system for other masters, Pack.ssp, PackSystem.ssp (with connectors of the system) and
osp/OspSystemStructure.xml, with the native FMUs or else those of the Python flavour.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from packfmu.fmi.build import Form, draft_parts
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import replacing_together
from packfmu.fmi.native.platforms import Platform
from packfmu.pack.block import all_parts
from packfmu.pack.file import load_pack
from packfmu.pack.ssp import draft_system

FLAVOURS = {"native": (Form.NATIVE,), "python": (Form.PYTHON,), "both": (Form.NATIVE, Form.PYTHON)}
PLATFORMS = [platform.value for platform in Platform]

LEAF_PACK = Path(__file__).parent / "examples" / "leaf_pack.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the command line asks for; return the exit code."""
    parser = Parser("Build the FMUs of a battery pack.")
    parser.add_argument("pack", nargs="?", type=Path, default=LEAF_PACK, help="pack file; default: the Leaf pack")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    parser.add_argument("--flavour", choices=FLAVOURS, default="native", help="default: native")
    parser.add_argument(
        "--platform", nargs="+", choices=PLATFORMS, default=PLATFORMS, help="where native FMUs shall run; default: all"
    )
    return parser.run(arguments, build)


def build(chosen: argparse.Namespace) -> str:
    """Build, and return the names and sizes of the files, a line each."""
    pack, platforms = load_pack(chosen.pack), [Platform(value) for value in dict.fromkeys(chosen.platform)]
    planned, detail = all_parts(pack), pack.outputs.detail
    forms = FLAVOURS[chosen.flavour]
    with replacing_together() as draft_of:
        built = [draft_parts(planned, chosen.output, detail, draft_of, form, platforms) for form in forms]
        system = draft_system(pack, built[0], chosen.output, draft_of)
    fmus = [chosen.output / form.value / f"{part.name}.fmu" for form in forms for part in planned]
    return "\n".join(f"{path}  {path.stat().st_size / 1e6:.2f} MB" for path in (*fmus, *system))


if __name__ == "__main__":
    sys.exit(main())
