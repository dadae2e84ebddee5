"""What a results file tells of its run."""

import hashlib
import platform

import numpy as np

from packfmu.core.cache import package_version
from packfmu.front.provenance import file_hashes, sha256, started, versions
from packfmu.pack.cells.drawn import draw_cells
from packfmu.pack.file import Pack, load_pack
from packfmu.report.run_record import RunKind

TABLE = {
    "pack": {"series": 3, "parallel": 2},
    "cell": {"parameters": "nissan_leaf_2013"},
    "variation": {"capacity_cv": 0.1, "seed": 3},
}


def test_a_pack_without_a_file_is_told_by_what_it_is():
    record = started(Pack.model_validate(TABLE), RunKind.PROFILE, "hill", {"profile": "00"}, ["a notice"])
    assert (record.pack_name, record.pack_text, record.hashes) == ("pack", "", {"profile": "00"})
    assert (record.series, record.parallel, record.seed, record.notices) == (3, 2, 3, ("a notice",))
    assert (record.limits.minimum_cell_voltage, record.limits.maximum_charge_current) == (3.0, 125.0)
    drawn = draw_cells(Pack.model_validate(TABLE))["capacity"]
    np.testing.assert_array_equal(record.cell_capacities, drawn)


def test_versions_are_those_that_are_installed():
    told = versions()
    assert told["Python"] == platform.python_version()
    assert told["numpy"] == np.__version__
    assert told["packfmu"] == package_version("packfmu")


def test_hashes_are_those_of_the_bytes(tmp_path):
    (tmp_path / "fmus").mkdir()
    (tmp_path / "fmus" / "Cell.fmu").write_bytes(b"cell")
    (tmp_path / "profile.csv").write_bytes("time [s]\u00b0".encode())
    hashes = file_hashes({"profile": tmp_path / "profile.csv"}, tmp_path / "fmus")
    assert hashes == {
        "profile": sha256("time [s]\u00b0"),
        "Cell.fmu": hashlib.sha256(b"cell").hexdigest(),
    }


def test_the_table_of_single_cells_is_told(tmp_path):
    (tmp_path / "cells.csv").write_text("cell,capacity [C]\n1,100000\n2,\n")
    (tmp_path / "aged.toml").write_text(
        '[pack]\nseries = 1\nparallel = 2\n[cell]\nparameters = "nissan_leaf_2013"\n[cells]\ntable = "cells.csv"\n'
    )
    record = started(load_pack(tmp_path / "aged.toml"), RunKind.STEPS, "week", {})
    assert record.hashes["cells"] == sha256((tmp_path / "cells.csv").read_text())
    assert record.cell_capacities == (100000.0, 112850.0)
