"""The study file: which packs, of which population, are put through what, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from ...pack.file import load_pack
from ...pack.reading.checking import checked
from ...pack.reading.toml_file import read_toml
from ...pack.setting import Table
from ...usage.profile import CYCLES
from ..population.population import load_population
from .observed import Observed
from .study import CHUNK, PackStudy

MOST_BYTES = 2**18
"""Size of a study file."""


class StudyTable(Table):
    """What is studied; files are relative to the study file."""

    pack: str = Field(min_length=1, description="the pack file")
    population: str = Field(min_length=1, description="the population file")
    usage: str = Field(min_length=1, description="a profile, the name of a shipped cycle, or an experiment of steps")
    vehicle: str | None = Field(default=None, min_length=1, description="a vehicle file, for speeds")
    samples: int = Field(ge=1, le=10_000_000, description="packs that are drawn and run")
    chunk: int = Field(default=CHUNK, ge=1, le=100_000, description="samples that are stored together")
    store: str | None = Field(
        default=None, min_length=1, description="the folder of the results; default: beside the study file, .zarr"
    )
    workers: int = Field(default=2, ge=1, le=1024, description="processes of the local cluster")
    scheduler: str | None = Field(
        default=None, min_length=1, description='address of a scheduler of Dask, such as "tcp://host:8786"'
    )


class StudyFile(Table):
    """A whole study file."""

    study: StudyTable
    outputs: list[Observed] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class Planned:
    """A study as its file plans it: where its results go, and who runs it."""

    study: PackStudy
    store: Path
    workers: int
    scheduler: str | None


def load_study(path: Path) -> Planned:
    """Read and check a study file, and the files that it names.

    Parameters
    ----------
    path : Path
        TOML with the tables of `StudyFile`.

    Raises
    ------
    InputError
        When one cannot be read or does not fit: one line that names the key, its value and what is allowed.
    """
    _, contents = read_toml(path, MOST_BYTES)
    table, folder = checked(StudyFile, contents, str(path)), path.parent
    told = table.study
    usage = folder / told.usage
    return Planned(
        PackStudy(
            pack=load_pack(folder / told.pack),
            population=load_population(folder / told.population),
            usage=told.usage if told.usage in CYCLES and not usage.is_file() else usage,
            observed=tuple(table.outputs),
            samples=told.samples,
            chunk=told.chunk,
            vehicle=None if told.vehicle is None else folder / told.vehicle,
        ),
        folder / told.store if told.store else path.with_suffix(".zarr"),
        told.workers,
        told.scheduler,
    )
