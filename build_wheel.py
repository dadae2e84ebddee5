"""Build a wheel that carries the libraries of common packs: python build_wheel.py [--output dist].

Where it is installed, packs of the structures of `packfmu.pack.structures`, of any size, and those of the examples need
no compiler. The libraries are compiled for all platforms and packed with a copy of the package in a temporary folder: a
checkout holds none. Compiling takes some minutes; what this machine has compiled before is taken from the user's cache.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from packfmu.core.errors import InputError
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import replacing, temporary_folder
from packfmu.fmi.native.child import run
from packfmu.fmi.native.fmu import licences
from packfmu.fmi.native.libraries import Wanted, ship
from packfmu.fmi.native.platforms import Platform
from packfmu.pack.file import load_pack
from packfmu.pack.structures import common_packs, structures

ROOT = Path(__file__).parent
SETTINGS = "pyproject.toml"
TEXTS = (SETTINGS, "README.md", "LICENSE")
SHIPPED = Path("fmi", "native", "shipped")
"""Where the package looks for libraries."""

PIP_WHEEL = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet")

MOST_BYTES = 40_000_000
"""Size that a wheel may have."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the command line asks for; return the exit code."""
    parser = Parser("Build a wheel of packfmu with the libraries of common packs.")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, build)


def build(chosen: argparse.Namespace) -> str:
    """Build, and return name, size and contents of the wheel."""
    carried = wanted()
    with temporary_folder() as folder:
        source = folder / "source"
        copy_package(source)
        fill(source / SHIPPED, carried)
        packed = pack_wheel(source, folder / "wheel")
        content, target = packed.read_bytes(), chosen.output / packed.name
    size = f"{len(content) / 1e6:.2f} MB"
    if len(content) > MOST_BYTES:
        raise InputError(f"{target.name} has {size}, more than {MOST_BYTES / 1e6:g} MB; ship fewer structures")
    with replacing(target) as draft:
        draft.write_bytes(content)
    return f"{target}  {size}, {len(carried)} structures"


def wanted() -> list[Wanted]:
    """Return what the wheel carries: the structures of common packs and of the examples."""
    files = sorted((ROOT / "examples").glob("*.toml"))
    examples = (load_pack(path) for path in files if "pack" in tomllib.loads(path.read_text(encoding="utf-8")))
    return structures([*common_packs(), *examples])


def copy_package(target: Path) -> None:
    """Copy the package's folders, and what a build needs besides."""
    folders = tomllib.loads((ROOT / SETTINGS).read_text(encoding="utf-8"))["tool"]["setuptools"]["package-dir"]
    left_out = shutil.ignore_patterns("__pycache__", SHIPPED.name)
    for folder in folders.values():
        shutil.copytree(ROOT / folder, target / folder, ignore=left_out, dirs_exist_ok=True)  # one lies in another
    for name in TEXTS:
        shutil.copyfile(ROOT / name, target / name)


def fill(shipped: Path, carried: Sequence[Wanted]) -> None:
    """Write libraries, those that are not at hand compiled, and the licences of the code that is linked into them."""
    bar = tqdm(carried, unit="structure", disable=None, leave=False)
    for component in bar:
        bar.set_description(f"compiling {component.model.name}")
        ship(shipped, component)
    for path, text in licences(tuple(Platform)).items():
        target = shipped / "licenses" / PurePosixPath(path).name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)


def pack_wheel(source: Path, target: Path) -> Path:
    """Return the wheel that pip builds of a folder, without dependencies."""
    done = run([*PIP_WHEEL, "--wheel-dir", target, source], source, os.environ)
    if done.returncode:
        reasons = (line.strip() for line in done.stderr.splitlines() if "error:" in line.lower())
        raise InputError(f"pip cannot build the wheel: {'; '.join(reasons)}")
    (wheel,) = target.glob("*.whl")
    return wheel


if __name__ == "__main__":
    sys.exit(main())
