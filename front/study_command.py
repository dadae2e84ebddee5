"""The commands `packfmu study`: what is typed, and which function does it.

As in `command`, nothing heavy is imported before it is needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..studies.questions.question import Question

study = typer.Typer(help="Packs whose cells differ: run them, ask of them, draw them. Needs the extra studies.")

Studied = Annotated[
    Path, typer.Argument(help="The study file, its results (.zarr), or a table of cells (CSV).", metavar="STUDY")
]
Batch = Annotated[str | None, typer.Option(help="Column of a table that tells the batch of each cell.")]
Above = Annotated[bool, typer.Option("--above", help="What lies above is what matters, not what lies below.")]
Bound = Annotated[float | None, typer.Option(help="How often is the quantity beyond it?")]

StudyPlan = Annotated[Path, typer.Argument(help="The study file, TOML.", metavar="STUDY.toml")]
Results = Annotated[Path | None, typer.Option(help="The folder of the results; default: as the file tells.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; default: as the file tells.")]
Scheduler = Annotated[str | None, typer.Option(help="Address of a scheduler of Dask, instead of processes here.")]


@study.command("run")
def study_run(plan: StudyPlan, store: Results = None, workers: Workers = None, scheduler: Scheduler = None) -> str:
    """Run the packs of a study; what is done already is not run again."""
    from .studies import run_study

    return run_study(plan, store, workers, scheduler)


@study.command("resume")
def study_resume(plan: StudyPlan, store: Results = None, workers: Workers = None, scheduler: Scheduler = None) -> str:
    """Go on with a study that has been run before."""
    from .studies import run_study

    return run_study(plan, store, workers, scheduler, resume=True)


@study.command("status")
def study_status(
    plan: Annotated[Path, typer.Argument(help="The study file, or its results (.zarr).", metavar="STUDY")],
) -> str:
    """Tell how many packs have run, were cut off, or failed, and why."""
    from .studies import study_status

    return study_status(plan)


@study.command("ask")
def study_ask(
    question: Annotated[Question, typer.Argument(help="What is asked.")],
    data: Studied,
    of: Annotated[str, typer.Option(help="The quantity: an output of the study, or a column.")],
    by: Annotated[list[str] | None, typer.Option(help="influence: an input; may be repeated. Default: all.")] = None,
    batch: Batch = None,
    bound: Bound = None,
    above: Above = False,
    content: Annotated[float, typer.Option(help="tolerance: share of the cells beyond the limit.")] = 0.99,
    confidence: Annotated[float, typer.Option(help="Of all intervals.")] = 0.95,
    soc_deviation: Annotated[float, typer.Option(help="weakest: scatter of the states of charge.")] = 0.02,
    output: Annotated[Path | None, typer.Option(help="Save the answer with its picture: .html.")] = None,
) -> str:
    """Ask one question of packs that have run, or of cells that were measured, and print the answer."""
    from ..studies.questions.asking import Asked
    from .study_page import ask_study

    asked = Asked(of, tuple(by or ()), batch, bound, above, content, confidence, soc_deviation)
    return ask_study(question, data, asked, output)


@study.command("plot")
def study_plot(
    data: Studied,
    output: Annotated[Path | None, typer.Option(help="The file to write; default: beside the study, .html.")] = None,
    of: Annotated[list[str] | None, typer.Option(help="A quantity; may be repeated. Default: all.")] = None,
    batch: Batch = None,
    bound: Bound = None,
    above: Above = False,
) -> str:
    """Draw what can be asked of each output on one HTML page that needs nothing else."""
    from .study_page import plot_study

    return plot_study(data, output or data.with_suffix(".html"), above, bound, batch, of or ())
