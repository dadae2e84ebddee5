"""Questions on the command line, and the page of a study."""

import numpy as np
import pandas as pd
import pytest

from packfmu.front.command import main
from packfmu.front.study_page import numbers
from packfmu.studies.answers import answer

pytest.importorskip("openturns", reason="needs the extra studies")


@pytest.fixture
def cells(tmp_path):
    generator = np.random.default_rng(1)
    a, b = generator.random((2, 60))
    made = {"capacity [A.h]": 3.0 + 0.1 * a, "drawn_a": a, "drawn_b": b, "batch": np.repeat(["x", "y", "z"], 20)}
    pd.DataFrame(made).to_csv(tmp_path / "cells.csv", index=False)
    return tmp_path / "cells.csv"


def test_a_question_prints_its_verdict_and_its_numbers(cells, capsys):
    assert main(["study", "ask", "influence", str(cells), "--of", "capacity"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("capacity hangs most on drawn_a; ")
    assert told[1].split()[:2] == ["effect", "drawn_a"]
    assert float(told[1].split()[2]) == pytest.approx(0.1 / 12.0**0.5, rel=0.1)


def test_the_page_has_a_picture_of_each_question_and_needs_nothing_else(cells, capsys):
    assert main(["study", "plot", str(cells), "--batch", "batch", "--bound", "3.02", "--of", "capacity"]) == 0
    assert "cells.html is written, with 6 pictures" in capsys.readouterr().out
    page = cells.with_suffix(".html").read_text(encoding="utf-8")
    assert page.count('class="plot"') == 6
    assert "<script src" not in page
    assert "<h1>cells: study</h1>" in page


def test_what_the_data_do_not_answer_is_said_in_its_place(cells):
    pd.read_csv(cells).head(20).to_csv(cells, index=False)
    assert main(["study", "plot", str(cells), "--of", "capacity"]) == 0
    assert "at least 30 are needed" in cells.with_suffix(".html").read_text(encoding="utf-8")


def test_a_question_that_does_not_fit_is_refused_in_one_line(cells, capsys):
    assert main(["study", "ask", "extreme", str(cells), "--of", "width"]) == 2
    assert "cells.csv has no numbers called width" in capsys.readouterr().err
    assert main(["study", "ask", "fate", str(cells), "--of", "capacity"]) == 2
    assert "fate" in capsys.readouterr().err


def test_numbers_of_long_arrays_are_left_to_the_picture():
    found = answer({"a": ((1.0, 0.5, 1.5), "V", "a"), "value": ("rank", np.arange(9.0), "V", "value")}, method="made")
    assert numbers(found) == [("a", "1", "0.5", "1.5", "V")]
