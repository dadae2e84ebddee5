"""The table of a pack's cells: the same bits again, empty fields, and what is refused."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.pack.cells.cell_table import cells_text, read_cells
from packfmu.pack.file import load_pack, parse_pack
from packfmu.pack.parts import parts

HEAD = "cell,capacity [C],earlier_capacity_loss [1]\n"


def written(folder, text):
    path = folder / "cells.csv"
    path.write_bytes(text.encode())
    return path


@given(values=st.lists(st.floats(1.0, 1e30), min_size=2, max_size=4))
def test_numbers_are_read_back_to_the_same_bits(values, tmp_path_factory):
    columns = {"capacity": np.array(values), "initial_soc": 1.0 / np.array(values[::-1])}
    found = read_cells(written(tmp_path_factory.mktemp("cells"), cells_text(columns)), len(values))
    assert {name: column.tobytes() for name, column in found.items()} == {
        name: column.tobytes() for name, column in columns.items()
    }


def test_empty_fields_are_not_known(tmp_path):
    found = read_cells(written(tmp_path, HEAD + "1,,0.1\n2,1e5,\n"), 2)
    np.testing.assert_array_equal(found["capacity"], [np.nan, 1e5])
    np.testing.assert_array_equal(found["earlier_capacity_loss"], [0.1, np.nan])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty; its first row names the columns"),
        ("number,capacity [C]\n", "the first column is 'number', not 'cell'"),
        ("cell,mass [kg]\n", "column 'mass [kg]' is not known; allowed are capacity, initial_soc"),
        ("cell,capacity [A.h]\n", "column 'capacity [A.h]' is written 'capacity [C]'"),
        ("cell,capacity [C],capacity [C]\n", "column 'capacity [C]' is there twice"),
        (HEAD + "1,,\n", "has rows of 1 cells; the pack has 2"),
        (HEAD + "1,,\n3,,\n", "row 2 is of cell '3'; rows count the cells from 1"),
        (HEAD + "1,,\n2,\n", "the row of cell 2 has 2 fields, not 3"),
        (HEAD + "1,,\n2,new,\n", "cell 2: capacity = 'new' is no finite number"),
        (HEAD + "1,,inf\n2,,\n", "cell 1: earlier_capacity_loss = 'inf' is no finite number"),
        (HEAD + "1,,\n2,0,\n", "cell 2: capacity = 0 C is not within"),
        (HEAD + "1,,0.95\n2,,\n", "cell 1: earlier_capacity_loss = 0.95 is not within [0, 0.9]"),
        (HEAD + '1,,\n2,"\n', "unexpected end of data"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(text, words, tmp_path):
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=re.escape(words)) as refused:
        read_cells(path, 2)
    assert str(refused.value).startswith(str(path))


def pack_of(folder, more=""):
    path = folder / "pack.toml"
    path.write_text(
        '[pack]\nseries = 1\nparallel = 2\n[cell]\nparameters = "nissan_leaf_2013"\n[cells]\ntable = "cells.csv"\n'
        + more
    )
    return load_pack(path)


def test_a_pack_takes_what_is_known_of_its_cells(tmp_path):
    written(tmp_path, "cell,ohmic_scale [1],contact_resistance [Ohm],capacity [C]\n1,1.5,2e-3,\n2,,,1.1e5\n")
    cell, network = parts(pack_of(tmp_path))[:2]
    assert list(cell.start["ohmic_scale"]) == [1.5, 1.0]
    assert list(network.start["contact_resistance"]) == [2e-3, 1e-5]
    assert cell.start["capacity"][1] == network.start["capacity"][1] == 1.1e5


def test_a_loss_that_was_measured_is_where_the_cell_begins(tmp_path):
    written(tmp_path, "cell,earlier_capacity_loss [1],earlier_resistance_growth [1]\n1,0.1,0.5\n2,,\n")
    started = {
        part.name: part.start for part in parts(pack_of(tmp_path, '[aging]\nparameters = "nissan_leaf_aging"\n'))
    }
    for name in ("Cell", "PackNetwork"):
        assert list(started[name]["capacity_loss"]) == [0.1, 0.0]
    assert list(started["Cell"]["resistance_growth"]) == [0.5, 0.0]


def test_wear_needs_aging(tmp_path):
    written(tmp_path, HEAD + "1,,\n2,,\n")
    with pytest.raises(
        InputError, match=r'\[cells\]: table = "cells.csv": column earlier_capacity_loss needs the table'
    ):
        pack_of(tmp_path)


def test_a_table_that_is_missing_is_told(tmp_path):
    contents = {
        "pack": {"series": 1, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "cells": {"table": "x"},
    }
    with pytest.raises(InputError, match=r'it: \[cells\]: table = "x": .*cannot be read: No such file'):
        parse_pack(contents, "it", tmp_path)
