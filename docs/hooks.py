"""What the pages of the site take from the package: the FMUs, the tables of the pack file, the command, figures.

mkdocs calls the functions ``on_...``. A line ``<!-- packfmu: WHAT -->`` of a page is replaced by what a function of
`GENERATED` returns for it, so that nothing is written twice.
"""

from __future__ import annotations

import atexit
import re
import shutil
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, get_args

from pydantic import BaseModel

from packfmu.core.variable import Detail
from packfmu.fmi.definition import Definition
from packfmu.fmi.documentation import article, lead
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import all_parts
from packfmu.pack.cells import cell_table
from packfmu.pack.cells.cell_tables import CircuitFile
from packfmu.pack.file import heading, load_pack, tables
from packfmu.pack.setting import Table
from packfmu.records.labels import LABELS
from packfmu.usage.vehicle_file import VehicleFile

ROOT = Path(__file__).parents[1]
SHOWN = ROOT / "examples" / "leaf_aging.toml"
"""The pack whose FMUs have a page: it has one of each."""

HEAD = ("| key | default | what it is |", "|---|---|---|")

MARK = re.compile(r"^<!-- packfmu: (?P<what>[\w ]+) -->$", re.MULTILINE)
HEADING = re.compile(r"<h(?P<level>[1-6])>(?P<text>.*?)</h(?P=level)>")


def fmu_pages() -> Iterator[tuple[str, str]]:
    """Return path and Markdown of a page for each FMU."""
    for part in all_parts(load_pack(SHOWN)):
        yield f"fmus/{part.component}.md", fmu_page(load_definition(part.component, part.arguments, part.start))


def fmu_page(component: Definition) -> str:
    """Return the page in an FMU as Markdown: its HTML as it is, with titles that the site's contents find."""
    told = article(component, Detail.CELL)
    body = HEADING.sub(lambda title: f"\n\n{'#' * int(title['level'])} {title['text']}\n\n", told)
    name = component.model.name
    pack = (
        f"The page that lies in `{name}.fmu`, here of `{SHOWN.relative_to(ROOT).as_posix()}`: counts and start values "
    )
    pack += "are those of the pack."
    return f"---\ntitle: {name}\nhide: [toc]\n---\n\n# {name}\n\n{lead(component)}\n\n{pack}\n\n{body}\n"


def pack_file() -> str:
    """Return the keys of the pack file as a table."""
    return "\n".join([*HEAD, *(row for name, kind in tables().items() for row in rows(heading(name), kind))])


def cell_file() -> str:
    """Return the keys of a cell file as a table."""
    lines = [*HEAD]
    for name, field in CircuitFile.model_fields.items():
        several = get_args(field.annotation)
        kind = several[0] if several else field.annotation
        if isinstance(kind, type) and issubclass(kind, Table):
            lines += rows(f"[[{name}]]" if several else f"[{name}]", kind)
        else:
            lines.append(f"| `{name}` | required | {field.description} |")
    return "\n".join(lines)


def vehicle_file() -> str:
    """Return the keys of a vehicle's file as a table."""
    return "\n".join([*HEAD, *rows("", VehicleFile)])


def years() -> str:
    """Return the file of the ten years of the example."""
    text = (ROOT / "examples" / "ten_years.toml").read_text(encoding="utf-8")
    return f"```toml\n{text}```"


def headers() -> str:
    """Return what columns of records and profiles are called."""
    lines = ["| a header says | what is read |", "|---|---|"]
    for quantity in LABELS.values():
        names = [f"`{name}`" for name in (*quantity.names, *quantity.turned)]
        lines.append(f"| {', '.join(names)} | {quantity.meaning} |")
    return "\n".join(lines)


def cell_columns() -> str:
    """Return the columns of the table of a pack's cells."""
    lines = ["| column | what it tells of each cell |", "|---|---|", f"| `{cell_table.NUMBER}` | its number, from 1 |"]
    columns = cell_table.columns().items()
    lines += [f"| `{name} [{variable.unit}]` | {variable.description} |" for name, variable in columns]
    return "\n".join(lines)


def rows(table: str, kind: type[BaseModel]) -> list[str]:
    """Return a row for each key of a table of a file."""
    place = f"`{table}` " if table else ""
    return [
        f"| {place}`{key}` | {'required' if field.is_required() else shown(field.default)} | {field.description} |"
        for key, field in kind.model_fields.items()
    ]


def shown(default: object) -> str:
    """Return a default as the table shows it; one that the rest of the file decides stands in the description."""
    if default is None:
        return "see there"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, Enum):
        return f'"{default.value}"'
    if isinstance(default, tuple | list):
        return ", ".join(f"{value:g}" for value in default) or "none"
    return f'"{default}"' if isinstance(default, str) else f"{default:g}"


def command(path: str = "") -> str:
    """Return what ``packfmu PATH --help`` prints, and the same of the commands below it."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from packfmu.front.command import app

    words = path.split()
    found: Any = get_command(app)
    for word in words:
        found = found.commands[word]
    told = CliRunner().invoke(app, [*words, "--help"], prog_name="packfmu", env={"COLUMNS": "100"}).output
    title = " ".join(["packfmu", *words])
    text = f"## {title}\n\n```text\n{told.strip()}\n```\n"
    below = [command(f"{path} {name}".strip()) for name in getattr(found, "commands", {})]
    return "\n".join([text, *below])


GENERATED: dict[str, Callable[[], str]] = {
    "pack file": pack_file,
    "cell file": cell_file,
    "vehicle file": vehicle_file,
    "years": years,
    "cell columns": cell_columns,
    "headers": headers,
    "command": command,
}
"""What may stand in a page, by its name."""


def on_config(config: Any) -> Any:
    """Show mkdocstrings the packages as folders of one, `packfmu`, which only exists where they are installed."""
    folder = mkdtemp()
    atexit.register(shutil.rmtree, folder)
    package = Path(folder) / "packfmu"
    package.mkdir()
    for source in ROOT.glob("*/__init__.py"):
        (package / source.parent.name).symlink_to(source.parent)
    (package / "__init__.py").symlink_to(ROOT / "front" / "root" / "__init__.py")
    config.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [folder]
    return config


on_config.mkdocs_priority = 100  # type: ignore[attr-defined]  # before that of mkdocstrings


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of the FMUs."""
    from mkdocs.structure.files import File

    for path, text in fmu_pages():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace each mark by what is generated for it."""
    return MARK.sub(lambda mark: GENERATED[mark["what"]](), markdown)
