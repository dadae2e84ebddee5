"""The command `packfmu`: what is typed, and which function does it.

Nothing heavy is imported before it is needed, so that ``packfmu --help`` answers at once.
"""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from ..core.errors import InputError
from ..fmi.command_line import ended
from .study_command import study

DIST = Path("dist")

CommandLineError: type[Exception] = typer.BadParameter.__mro__[2]
"""What Typer raises where a command line does not fit; some versions have a click of their own."""

PackFile = Annotated[Path, typer.Argument(help="The pack file, TOML; `packfmu new` writes one.", metavar="PACK.toml")]
Output = Annotated[Path, typer.Option(help="The folder to write to.")]


class Choice(Enum):
    """What FMUs are made of."""

    NATIVE = "native"
    PYTHON = "python"
    BOTH = "both"


class Machine(Enum):
    """Where native FMUs run."""

    LINUX64 = "linux64"
    WIN64 = "win64"
    DARWIN64 = "darwin64"


app = typer.Typer(
    help="Battery packs as FMI 2.0 co-simulation FMUs: write a pack file, check it, build its FMUs, run it.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
cell = typer.Typer(help="A kind of cell: identify it from records, or look at it.")


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; return the exit code: 0, 2 where something given does not fit, 128 + n by a signal."""
    return ended(lambda: _told(sys.argv[1:] if arguments is None else arguments))


def _told(arguments: list[str]) -> str:
    """Run a command line and return what it tells; what does not fit is one line."""
    try:
        told: Any = app(arguments or ["--help"], prog_name="packfmu", standalone_mode=False)
    except CommandLineError as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "packfmu"
        message = error.format_message().rstrip(".")  # type: ignore[attr-defined]
        raise InputError(f"{message}; {path} --help lists what there is") from None
    return told if isinstance(told, str) else ""


def _version(asked: bool) -> None:
    if asked:
        from ..core.cache import package_version

        typer.echo(f"packfmu {package_version('packfmu')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version)] = False,
) -> None:
    """Take the options of all commands."""


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The pack file to write.", metavar="PACK.toml")] = Path("pack.toml"),
    series: Annotated[int, typer.Option(help="Groups in series.")] = 96,
    parallel: Annotated[int, typer.Option(help="Cells in parallel in each group.")] = 2,
    cell: Annotated[str, typer.Option(help="A shipped cell, or a cell file beside the pack file.")] = (
        "nissan_leaf_2013"
    ),
) -> str:
    """Write a pack file with every key, its default and its meaning."""
    from .new_pack import write_pack_file

    return write_pack_file(path, series, parallel, cell)


@app.command()
def check(pack: PackFile) -> str:
    """Explain what will be built: sizes, limits, the plan with its time constants, balancing; or what is wrong."""
    from .check import explain_pack

    return explain_pack(pack)


@app.command()
def build(
    pack: PackFile,
    output: Output = DIST,
    flavour: Annotated[Choice, typer.Option(help="Machine code, source for Python, or both.")] = Choice.NATIVE,
    platform: Annotated[
        list[Machine] | None, typer.Option(help="Where native FMUs shall run; may be repeated.", show_default="all")
    ] = None,
) -> str:
    """Build the FMUs of a pack, and its system for other masters."""
    from .building import build_pack_file

    return build_pack_file(pack, output, flavour.value, [each.value for each in platform or Machine])


@app.command()
def run(
    pack: PackFile,
    usage: Annotated[
        str,
        typer.Argument(
            help="What the pack does: a profile over time (CSV, Parquet, or the name of a shipped cycle), or an "
            "experiment (TOML).",
            metavar="USAGE",
        ),
    ],
    output: Output = DIST,
    vehicle: Annotated[
        Path | None, typer.Option(help="A vehicle file, TOML, for profiles of speed; default: the car of the Leaf.")
    ] = None,
    years: Annotated[int | None, typer.Option(help="Longest time of an experiment of years; default: 10.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Years: go on from the checkpoint of a run.")] = False,
    components: Annotated[
        bool, typer.Option("--components", help="Years: step the FMUs of the components one by one, not their block.")
    ] = False,
) -> str:
    """Build what is missing, run, and save netCDF, CSV, figure and report."""
    from .facade import load
    from .facade import run as run_pack

    result = run_pack(load(pack), usage, output, vehicle=vehicle, years=years, resume=resume, components=components)
    return result.summary


@app.command()
def report(
    results: Annotated[Path, typer.Argument(help="Results of a run, netCDF.", metavar="RESULTS.nc")],
    output: Annotated[Path | None, typer.Option(help="The file to write; default: beside the results, .html.")] = None,
) -> str:
    """Write the report of a run anew: one HTML file that needs nothing else."""
    from ..report.page import write_report

    return f"{write_report(results, output or results.with_suffix('.html'))} is written; open it in a browser"


@cell.command("show")
def cell_show(
    name: Annotated[
        str, typer.Argument(help="A shipped cell, a cell file (.toml), or a BPX file (.json).", metavar="CELL")
    ],
    figure: Annotated[Path | None, typer.Option(help="Save a picture of its tables: .png, .pdf or .svg.")] = None,
    save: Annotated[Path | None, typer.Option(help="Save it as a cell file (.toml), to be edited.")] = None,
) -> str:
    """Show a cell: charge, energy, limits, resistances, time constants, losses and heat."""
    from .cells import show_cell

    return show_cell(name, figure, save)


@cell.command("fit")
def cell_fit(
    records: Annotated[
        list[str],
        typer.Argument(
            help="Records of the cell: CSV, Parquet, or files of cyclers. One without a column of temperature is "
            "followed by that of its chamber: hppc_10c.csv@10degC.",
            metavar="RECORD...",
        ),
    ],
    output: Annotated[Path, typer.Option(help="The cell file to write.")] = Path("cell.toml"),
    name: Annotated[str, typer.Option(help="What the cell is called.")] = "fitted cell",
    pairs: Annotated[int, typer.Option(help="RC pairs, 1 to 3.")] = 2,
    hold_out: Annotated[
        list[str] | None, typer.Option(help="A record that is predicted, not fitted; may be repeated.")
    ] = None,
    capacity: Annotated[float | None, typer.Option(help="Charge between SOC 0 and 1, where it is known [A.h].")] = None,
    minimum_voltage: Annotated[float | None, typer.Option(help="Lower limit; default: the records' least [V].")] = None,
    maximum_voltage: Annotated[float | None, typer.Option(help="Upper limit; default: the greatest [V].")] = None,
    mass: Annotated[float | None, typer.Option(help="Of the cell [kg].")] = None,
) -> str:
    """Identify a cell from records, with 95 % intervals, and say what the records cannot tell."""
    from .cells import fit_cell_file

    known = {"minimum_voltage": minimum_voltage, "maximum_voltage": maximum_voltage, "mass": mass}
    return fit_cell_file(records, output, hold_out or [], capacity, name=name, pairs=pairs, **known)


app.add_typer(cell, name="cell")
app.add_typer(study, name="study")
