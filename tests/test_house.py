"""The house: how large its rooms are, what is tested where, and that one word names one public class."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = ("core", "models", "coupling", "fmi", "fmus", "cosim", "records")
PACKAGES = (*ENGINE, "pack", "usage", "studies", "report", "front")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = sorted(path for folder in ("benchmarks", "design", "examples") for path in (ROOT / folder).rglob("*.py"))

MOST_MODULES = 15
MOST_LINES = 300
TESTED_FROM = 100
"""Lines from which on a module has a test of its own."""


def lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def name(path):
    return path.relative_to(ROOT).as_posix()


def imported(path):
    """Return the modules and names that a file imports, dotted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_folder_has_more_than_15_modules():
    modules = defaultdict(list)
    for path in SOURCES:
        if path.name != "__init__.py":
            modules[name(path.parent)].append(path.name)
    assert {folder: len(held) for folder, held in modules.items() if len(held) > MOST_MODULES} == {}


def test_no_file_has_more_than_300_lines():
    c = sorted((ROOT / "fmi" / "native" / "shim").glob("*.[ch]"))
    assert {name(path): lines(path) for path in [*SOURCES, *TESTS, *SCRIPTS, *c] if lines(path) > MOST_LINES} == {}


def test_a_long_module_has_a_test_of_its_name_or_is_named_in_one():
    texts = "\n".join(path.read_text(encoding="utf-8") for path in TESTS if path.name.startswith("test_"))
    untested = []
    for path in SOURCES:
        own = ROOT / "tests" / path.parent.relative_to(ROOT) / f"test_{path.name}"
        module = name(path)[: -len(".py")].replace("/", ".")
        package, _, last = module.rpartition(".")
        named = rf"\b({re.escape(module)}\b|{re.escape(package)} import .*\b{last}\b)"
        if lines(path) >= TESTED_FROM and not own.exists() and not re.search(named, texts):
            untested.append(name(path))
    assert untested == []


def test_helpers_of_tests_live_in_modules_of_their_own():
    found = {
        name(path): dotted for path in TESTS for dotted in imported(path) if re.search(r"\btest_\w+\.\w+$", dotted)
    }
    assert found == {}


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_benchmarks_and_examples_do_not_import_tests(path):
    assert [dotted for dotted in imported(path) if dotted.split(".")[0] == "tests"] == []


def test_one_word_names_one_public_class():
    classes = defaultdict(list)
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(name(path))
    assert {word: paths for word, paths in classes.items() if len(paths) > 1} == {}


def test_every_package_is_installed():
    listed = set(re.findall(r'^    "packfmu\.([\w.]+)",$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE))
    packages = {name(path.parent).replace("/", ".") for path in SOURCES if path.name == "__init__.py"}
    packages.discard("front.root")  # the package packfmu itself
    assert packages <= listed
