"""Build the FMUs of a pack: python build_fmus.py [PACK.toml] [--output dist] [--flavour native|python|both].

As ``packfmu build``; without a pack file it builds that of the Leaf. Writes PackNetwork, Cell, Thermal and Balancer,
and Aging where the pack has it; Pack, which holds all but Aging in one block; and the components as a system for other
masters, Pack.ssp, PackSystem.ssp (with connectors of the system) and osp/OspSystemStructure.xml, with the native FMUs
or else those of the Python flavour.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from packfmu.fmi.command_line import Parser
from packfmu.fmi.native.platforms import Platform
from packfmu.front.building import FORMS, build_pack_file

PLATFORMS = [platform.value for platform in Platform]

LEAF_PACK = Path(__file__).parent / "examples" / "leaf_pack.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the command line asks for; return the exit code."""
    parser = Parser("Build the FMUs of a battery pack.")
    parser.add_argument("pack", nargs="?", type=Path, default=LEAF_PACK, help="pack file; default: the Leaf pack")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    parser.add_argument("--flavour", choices=FORMS, default="native", help="default: native")
    parser.add_argument(
        "--platform", nargs="+", choices=PLATFORMS, default=PLATFORMS, help="where native FMUs shall run; default: all"
    )
    return parser.run(
        arguments, lambda chosen: build_pack_file(chosen.pack, chosen.output, chosen.flavour, chosen.platform)
    )


if __name__ == "__main__":
    sys.exit(main())
