"""BPX files that are not right, or hostile: one line tells file, key, value and what is allowed; nothing is run."""

import builtins
import json
import sys

import pytest

from packfmu.core.errors import InputError
from packfmu.pack.cells.bpx.contents import read_contents
from packfmu.pack.cells.bpx.file import read_bpx
from tests.pack.cells.bpx import files
from tests.pack.cells.bpx.files import REMOVED, changed

NEGATIVE, POSITIVE, CELL = (("Parameterisation", name) for name in ("Negative electrode", "Positive electrode", "Cell"))

FAULTS = {
    "no version": ((("Header", "BPX"), REMOVED), "Header"),
    "version of no number": ((("Header", "BPX"), "one"), "version"),
    "unknown model": ((("Header", "Model"), "P2D"), "Model = 'P2D': it should be 'SPM', 'SPMe', 'DFN' or 'Partial'"),
    "partial": ((("Header", "Model"), "Partial"), "Header: Model = 'Partial' tells no whole cell"),
    "no header": ((("Header",), 3), "Header must be a table"),
    "no parameters": ((("Parameterisation",), REMOVED), "Parameterisation must be a table"),
    "electrode of no table": (((*NEGATIVE,), 3.0), "Parameterisation: Negative electrode = 3.0 must be a table"),
    "missing": (((*NEGATIVE, "Thickness [m]"), REMOVED), "Negative electrode: Thickness [m] is missing"),
    "missing electrode": (((*NEGATIVE,), REMOVED), "Negative electrode is missing"),
    "unknown key": (((*POSITIVE, "Thicknes [m]"), 1.0), "Positive electrode: Thicknes [m] is not a known key"),
    "text": (((*CELL, "Electrode area [m2]"), "big"), "Electrode area [m2] = 'big': allowed are numbers, x"),
    "negative": (((*NEGATIVE, "Thickness [m]"), -1e-6), "Negative electrode: Thickness [m] = -1e-06 must be positive"),
    "zero area": (((*CELL, "Electrode area [m2]"), 0.0), "Cell: Electrode area [m2] = 0 must be positive"),
    "huge": (((*CELL, "Volume [m3]"), 1e301), "Volume [m3] = 1e+301 must be a finite number below 1e300"),
    "porosity": (((*NEGATIVE, "Porosity"), 1.5), "Negative electrode: Porosity = 1.5 must be above 0 and at most 1"),
    "limits": (((*NEGATIVE, "Minimum stoichiometry"), 0.95), "Minimum stoichiometry = 0.95, Maximum stoichiometry"),
    "surface": (((*POSITIVE, "Surface area per unit volume [m-1]"), 1e7), "particles fill 17.4 of the volume"),
    "table of one": (((*POSITIVE, "OCP [V]"), {"x": [0.5], "y": [4.0]}), "must be a list of 2 to 20000 numbers"),
    "table that falls": (((*POSITIVE, "OCP [V]"), {"x": [0.5, 0.2], "y": [4.0, 3.0]}), "x of a table must rise"),
    "uneven table": (((*POSITIVE, "OCP [V]"), {"x": [0.1, 0.2], "y": [4.0]}), "y of a table must be a list"),
    "singular": (((*POSITIVE, "OCP [V]"), "1 / (x - 0.5)"), "OCP [V]: it must be finite from 0.2638 to 0.854"),
    "diffusivity": (((*POSITIVE, "Diffusivity [m2.s-1]"), "x - 0.5"), "it must be positive and finite"),
}  # fmt: skip

ATTACKS = (
    "__import__('os').system('true')",
    "exit(1)",
    "open(1)",
    "breakpoint(1)",
    "().__class__",
    "[x for x in x]",
    "x if x else x",
    "lambda: x",
    "9 ** 9 ** 9 ** 9",
    "(" * 5000 + "x" + ")" * 5000,
    "-" * 5000 + "x",
    "x" + " + x" * 4000,
    "x" * 30_000,
    "1" * 5000 + " * x",
    "exp(x, x)",
    "exp(x=x)",
    "'x'",
    "1j * x",
    "True",
    "x\nimport os",
    "",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_in_one_line(tmp_path, fault):
    change, told = FAULTS[fault]
    path = files.written(tmp_path, changed(change))
    with pytest.raises(InputError) as error:
        read_bpx(path)
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < len(str(path)) + 500


@pytest.mark.parametrize("number", range(len(ATTACKS)))
@pytest.mark.parametrize("place", [(*NEGATIVE, "OCP [V]"), ("Parameterisation", "Electrolyte", "Conductivity [S.m-1]")])
def test_a_formula_is_never_executed(tmp_path, monkeypatch, number, place):
    def refuse(*_, **__):
        raise AssertionError("code of a file is run")

    path = files.written(tmp_path, changed((place, ATTACKS[number])))
    for name in ("eval", "exec", "exit", "breakpoint"):
        monkeypatch.setattr(builtins, name, refuse)
    with pytest.raises(InputError) as error:
        read_bpx(path)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < len(str(path)) + 500


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no BPX file"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1, "a": 2}', "the key 'a' is there twice"),
        (json.dumps(files.CONTENTS).replace("5.0", "1e999", 1), "must be a finite number below 1e300"),
        (json.dumps(files.CONTENTS).replace("5.0", "9" * 400, 1), "must be a finite number below 1e300"),
    ],
)
def test_a_text_that_is_no_file_of_the_format(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        read_contents(files.written(tmp_path, text))


def test_a_missing_library_is_told_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "bpx", None)
    with pytest.raises(InputError, match=r"pip install packfmu\[bpx\]"):
        read_contents(files.written(tmp_path, files.CONTENTS))
