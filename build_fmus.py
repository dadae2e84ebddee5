"""Build the FMUs of a pack: python build_fmus.py [PACK.toml] [--output dist]."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from packfmu.fmus.build import build_pack
from packfmu.fmus.command_line import Parser, refuse
from packfmu.fmus.pack import load_pack
from packfmu.models.errors import InputError

LEAF_PACK = Path(__file__).parent / "examples" / "leaf_pack.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the command line asks for; return the exit code."""
    parser = Parser("Build the FMUs of a battery pack.")
    parser.add_argument("pack", nargs="?", type=Path, default=LEAF_PACK, help="pack file; default: the Leaf pack")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    try:
        chosen = parser.parse_args(arguments)
        built = build_pack(load_pack(chosen.pack), chosen.output)
    except InputError as error:
        return refuse(error)
    for path in built.values():
        print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
