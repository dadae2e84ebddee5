"""Documents name what there is: commands with their options, files, links, keys."""

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache

import pytest
from typer.main import get_command

from packfmu.front.command import app
from packfmu.pack.cells.cell_tables import CircuitFile
from packfmu.pack.file import parse_pack, tables
from packfmu.usage.experiment_file import load_steps
from packfmu.usage.vehicle_file import VehicleFile
from tests.docs.pages import DOCS, PAGES, ROOT, blocks, hooks, name, text, without_blocks

TYPED = re.compile(r"^(packfmu .*|python -m packfmu .*|python [\w/]+\.py.*)$", re.MULTILINE)
PLACEHOLDER = re.compile(r"\b[A-Z]{3,}\b")
"""A part of a name that stands for any."""

A_PACK = {"pack": {"series": 96, "parallel": 2}, "cell": {"parameters": "nissan_leaf_2013"}}
"""Stands for the rest of a pack file of which a page shows a part."""

FOLDERS = ("benchmarks", "coupling", "cosim", "core", "design", "docs", "examples", "fmi", "fmus", "front",
           "models", "pack", "records", "report", "studies", "tests", "usage")  # fmt: skip


def typed():
    """Return the command lines that documents show, with the page they stand in."""
    for page in PAGES:
        shown = [block for language in ("", "text", "bash") for block in blocks(page, language)]
        inline = re.findall(r"`([^`\n]+)`", without_blocks(page))
        for line in [*(line for block in shown for line in TYPED.findall(block)), *filter(TYPED.fullmatch, inline)]:
            yield pytest.param(line, id=f"{name(page)}: {line}")


@pytest.mark.parametrize("line", list(typed()))
def test_commands_and_their_options_exist(line):
    words = shlex.split(re.sub(r"[\[\]|]", " ", line), comments=True)
    if PLACEHOLDER.search(words[1]):
        pytest.skip(f"{words[1]} stands for any file")
    if words[0] == "python" and words[1] != "-m":
        script = (ROOT / words[1]).read_text(encoding="utf-8")
        options = [word for word in words[2:] if word.startswith("--")]
        assert [option for option in options if f'"{option}"' not in script] == []
        return
    words = words[1:] if words[0] == "packfmu" else words[3:]
    command = get_command(app)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    assert [word for word in words if word.startswith("-") and word.split("=")[0] not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page):
    told = re.findall(r"`((?:[\w.]+/)*[\w.]+(?:/|\.\w+))`", text(page))
    paths = [path for path in told if path.split("/")[0] in FOLDERS and "/" in path]
    assert [path for path in paths if not (ROOT / path).exists() and not PLACEHOLDER.search(path)] == []


@cache
def fmu_pages():
    """Return the pages that are made when the site is built."""
    return {DOCS / path for path, _ in hooks().fmu_pages()}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files(page):
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", without_blocks(page)) if not re.match("https?:", link)]
    targets = [(page.parent / link.partition("#")[0]).resolve() for link in links]
    assert [target for target in targets if not target.exists() and target not in fmu_pages()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_toml_that_is_shown_fits_its_schema(page, tmp_path):
    for block in blocks(page, "toml"):
        contents = tomllib.loads(block)
        if "format" in contents:
            CircuitFile.model_validate(contents)
        elif "pack" in contents:
            shown = block.replace("cells/my_cell.toml", "nissan_leaf_2013").replace("cells/my_cell.json", "chen_2020")
            parse_pack(tomllib.loads(shown), name(page))
        elif contents.keys() <= tables().keys():  # a part of a pack file
            parse_pack({**A_PACK, **contents}, name(page))
        elif "steps" in contents:
            (tmp_path / "steps.toml").write_text(block, encoding="utf-8")
            assert load_steps(tmp_path / "steps.toml")
        else:
            VehicleFile.model_validate(contents)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_python_that_is_shown_is_python(page):
    for block in blocks(page, "python"):
        compile(block, name(page), "exec")


@pytest.mark.campaign
def test_the_site_is_built_and_fetches_nothing(tmp_path):
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip('mkdocs is not installed; pip install -e ".[docs]" brings it')
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    fetched = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"']?(https?:[^\"' >]+)")
    found = {address for page in tmp_path.rglob("*.html") for address in fetched.findall(text(page))}
    assert found == set()
