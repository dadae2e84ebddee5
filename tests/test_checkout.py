"""A checkout: the same bytes on every system, and dependencies of which one set is known to work."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from packfmu.core.cache import TOOLS
from packfmu.fmi.native.libraries import native_sources

ROOT = Path(__file__).parents[1]
SHAPING = (*TOOLS, "ziglang")
"""Dependencies that shape machine code."""


def test_git_gives_every_text_file_plain_line_ends():
    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["* text=auto eol=lf", "*.png binary"]


def test_what_is_hashed_has_plain_line_ends():
    assert {name for name, content in native_sources().items() if b"\r" in content} == set()


def git(*arguments, folder=ROOT):
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode().split("\0")


def test_a_checkout_with_the_line_ends_of_windows_has_the_same_bytes(tmp_path):
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or no checkout")
    names = [name for name in git("ls-files", "-z") if name and (ROOT / name).is_file()]
    texts = [
        name for name in names if Path(name).suffix in {".py", ".c", ".h", ".toml", ".md"} or name == ".gitattributes"
    ]
    for name in texts:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    settings = ("-c", "core.autocrlf=true", "-c", "core.safecrlf=false")
    git("init", "-q", folder=tmp_path)
    git(*settings, "add", ".", folder=tmp_path)
    for name in texts:
        (tmp_path / name).unlink()
    git(*settings, "checkout", "--", ".", folder=tmp_path)
    assert [name for name in texts if (tmp_path / name).read_bytes() != (ROOT / name).read_bytes()] == []


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in (*project["dependencies"], *project["optional-dependencies"]["dev"])]


def locked():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pins}


def test_the_lock_file_pins_every_dependency_within_its_bounds():
    pins = locked()
    unfit = [str(each) for each in declared() if pins.get(canonicalize_name(each.name), "") not in each.specifier]
    assert unfit == []


def test_what_shapes_machine_code_is_bounded_above():
    bounds = {each.name: {clause.operator for clause in each.specifier} for each in declared()}
    assert [name for name in SHAPING if not bounds[name] & {"<", "<=", "=="}] == []


def test_the_lock_file_names_versions_and_nothing_else():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines[1:] if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert len(locked()) == len(lines) - 1
