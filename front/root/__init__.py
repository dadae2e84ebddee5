"""Battery packs as FMUs: ``pack = packfmu.load("my.toml"); result = packfmu.run(pack, "commute.csv")``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from packfmu.front.facade import Result, load, run

__all__ = ["Result", "__version__", "load", "run"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is: ``import packfmu`` alone takes no time."""
    if name == "__version__":
        return import_module("packfmu.core.cache").package_version("packfmu")
    if name in __all__:
        return getattr(import_module("packfmu.front.facade"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
