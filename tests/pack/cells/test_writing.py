"""TOML text that is read as what was written, with units and comments for people."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.pack.cells.cell_tables import CircuitFile
from packfmu.pack.cells.writing import toml_text
from tests.pack.cells import lfp

LFP = CircuitFile.model_validate(lfp.contents())


def test_every_key_is_written_with_its_description_and_read_again():
    text = toml_text(LFP, {})
    assert CircuitFile.model_validate(tomllib.loads(text)) == LFP
    for table in ("cell", "limits", "heat", "open_circuit_voltage", "hysteresis", "losses", "errors"):
        assert f"\n[{table}]\n" in text
    assert text.count("\n[[rc_pairs]]\n") == 3
    assert "capacity = 180000.0  # charge between SOC 0 and 1; 1 A.h is 3600 C [C]\n" in text


def test_comments_stand_above_what_they_are_about():
    comments = {
        "": "fitted\ntoday",
        "limits": "of the maker",
        "rc_pairs.1.resistance": "1.2 +- 0.1 mOhm",
        "cell.capacity": "50 +- 1 A.h",
    }
    lines = toml_text(LFP, comments).splitlines()
    assert lines[lines.index("[limits]") - 1] == "# of the maker"
    assert lines[next(n for n, line in enumerate(lines) if line.startswith("capacity =")) - 1] == "# 50 +- 1 A.h"
    second = [n for n, line in enumerate(lines) if line == "[[rc_pairs]]"][1]
    assert lines[second + 1] == "# 1.2 +- 0.1 mOhm"
    assert lines.index("# today") == lines.index("# fitted") + 1 < lines.index("format = 1  # number of the format")


def test_a_comment_on_what_is_not_there_is_a_mistake():
    with pytest.raises(ValueError, match=r"not written: rc_pairs\.7$"):
        toml_text(LFP, {"rc_pairs.7": "no such pair"})


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_whatever_the_name_and_the_comment_it_is_read_again(name, comment):
    named = LFP.model_copy(update={"cell": LFP.cell.model_copy(update={"name": name})})
    assert tomllib.loads(toml_text(named, {"": comment}))["cell"]["name"] == name
