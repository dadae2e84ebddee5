"""Copies of the source tree with the toy in it, importable under a name of their own."""

from __future__ import annotations

import importlib
import shutil
import sys
import types
from pathlib import Path

import packfmu.fmi

ROOT = Path(packfmu.fmi.__file__).parents[1]
TOY = Path(__file__).parent / "toy"
PACKAGES = ("core", "models", "coupling", "fmi", "fmus")


def load_toy(tanks: int):
    """Return the toy as a component of the installed packages."""
    for package, source in (("models", "model.py"), ("fmus", "component.py")):
        module = types.ModuleType(f"packfmu.{package}.toy")
        module.__package__ = f"packfmu.{package}"
        sys.modules[module.__name__] = module
        importlib.import_module(module.__package__).toy = module
        exec(compile((TOY / source).read_text(), str(TOY / source), "exec"), module.__dict__)
    return sys.modules["packfmu.fmus.toy"].define(tanks)


def plant(folder: Path, name: str, replace: tuple[str, str] = ("", "")):
    """Copy the tree to ``folder/name``, replacing a text in the toy's model, and return its `fmi.python.fmu`."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / name / package, ignore=shutil.ignore_patterns("__pycache__"))
    text = (TOY / "model.py").read_text()
    assert replace[0] in text
    (folder / name / "models" / "toy.py").write_text(text.replace(*replace) if replace[0] else text)
    shutil.copy(TOY / "component.py", folder / name / "fmus" / "toy.py")
    sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module(f"{name}.fmi.python.fmu")
        importlib.import_module(f"{name}.fmus.toy")
    finally:
        sys.path.remove(str(folder))
    return module
