"""A study that takes milliseconds a sample: two cells in series, whose contacts and cooling differ."""

from packfmu.pack.file import parse_pack
from packfmu.studies.population.population import parse_population
from packfmu.studies.runs.observed import Observed
from packfmu.studies.runs.study import PackStudy

SECONDS = 20

FILE = """\
[study]
pack = "pack.toml"
population = "population.toml"
usage = "drive.csv"
samples = 4

[[outputs]]
name = "lowest"
output = "Cell.voltage_minimum"
of = "minimum"
"""

OBSERVED = (
    Observed(name="lowest", output="Cell.voltage_minimum", of="minimum"),
    Observed(name="temperature", output="Thermal.temperature", of="last"),
    Observed(name="voltage", output="PackNetwork.pack_voltage", of="course", every=5),
    Observed(name="current", output="PackNetwork.pack_current_actual", of="mean"),
)


def small_pack(**tables):
    given = {
        "pack": {"series": 2, "parallel": 1},
        "cell": {"parameters": "nissan_leaf_2013"},
        "busbar": {"contact_resistance": 1e-3},
    }
    return parse_pack({**given, **tables}, "pack.toml")


def small_population(**tables):
    given = {"population": {"seed": 5}, "cells": {"contact_resistance": {"cv": 0.2}, "cooling": {"cv": 0.1}}}
    return parse_population({**given, **tables}, "population.toml")


def drive_file(folder, current=-30.0):
    path = folder / "drive.csv"
    path.write_text("time [s],current [A]\n" + "".join(f"{t},{current}\n" for t in range(SECONDS + 1)))
    return path


def small_study(folder, samples=7, chunk=2, observed=OBSERVED, current=-30.0):
    usage = drive_file(folder, current)
    return PackStudy(small_pack(), small_population(), usage, observed, samples, chunk)


def contents(store):
    """Return the files of a store, and what is in them."""
    return {str(path.relative_to(store)): path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file()}


def study_folder(folder):
    """Write the files that `FILE` names, and return their folder."""
    drive_file(folder)
    (folder / "pack.toml").write_text("[pack]\nseries = 2\nparallel = 1\n[cell]\nparameters = 'nissan_leaf_2013'\n")
    (folder / "population.toml").write_text("[cells.cooling]\ncv = 0.1\n")
    return folder
