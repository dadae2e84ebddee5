"""The documents, and what stands in them."""

import importlib.util
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "usage").rglob("*.md"), *(ROOT / "design").glob("*.md")]
)


@cache
def module(path):
    """Return a script of the checkout as a module; it does not run."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def hooks():
    """Return the hooks of the site."""
    return module(DOCS / "hooks.py")


def name(page):
    """Return the path of a page in the checkout."""
    return page.relative_to(ROOT).as_posix()


def text(page):
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def blocks(page, language):
    """Return what stands between fences of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL)


def without_blocks(page):
    """Return a page without what stands between fences."""
    return re.sub(r"^```.*?^```$", "", text(page), flags=re.MULTILINE | re.DOTALL)
