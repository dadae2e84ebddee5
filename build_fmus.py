"""Build the FMUs of a pack: python build_fmus.py [PACK.toml] [--output dist] [--flavour python|native|both]."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from packfmu.fmus.build import Form, build_pack
from packfmu.fmus.command_line import Parser, refuse
from packfmu.fmus.pack import load_pack
from packfmu.fmus.platforms import Platform
from packfmu.models.errors import InputError

FLAVOURS = {"python": (Form.PYTHON,), "native": (Form.NATIVE,), "both": (Form.PYTHON, Form.NATIVE)}
PLATFORMS = [platform.value for platform in Platform]

LEAF_PACK = Path(__file__).parent / "examples" / "leaf_pack.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the command line asks for; return the exit code."""
    parser = Parser("Build the FMUs of a battery pack.")
    parser.add_argument("pack", nargs="?", type=Path, default=LEAF_PACK, help="pack file; default: the Leaf pack")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    parser.add_argument("--flavour", choices=FLAVOURS, default="python", help="default: python")
    parser.add_argument(
        "--platform", nargs="+", choices=PLATFORMS, default=PLATFORMS, help="where native FMUs shall run; default: all"
    )
    try:
        chosen = parser.parse_args(arguments)
        pack, platforms = load_pack(chosen.pack), [Platform(value) for value in dict.fromkeys(chosen.platform)]
        for form in FLAVOURS[chosen.flavour]:
            for path in build_pack(pack, chosen.output, form, platforms).values():
                print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")
    except InputError as error:
        return refuse(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
