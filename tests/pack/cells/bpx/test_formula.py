"""Formulas of BPX files, by the rules of Python."""

import math

import numpy as np
import pytest

from packfmu.pack.cells.bpx.formula import FUNCTIONS, Formula

X = np.linspace(0.1, 0.9, 7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("-x**2", -(X**2)),
        ("2 ** 3 ** x", 2.0 ** (3.0**X)),
        ("2 - 3 - x", -1.0 - X),
        ("1 / 2 / x", 0.5 / X),
        (" +1.5e-3 * (x + 1) ", 1.5e-3 * (X + 1.0)),
        ("exp(-x ** 2 / 0.5)", np.exp(-(X**2) / 0.5)),
        ("tanh(exp(x)) * cosh(x)", np.tanh(np.exp(X)) * np.cosh(X)),
    ],
)
def test_a_formula_is_what_python_makes_of_it(text, expected):
    np.testing.assert_allclose(Formula(text)(X), expected, rtol=1e-15)


def test_a_number_has_the_shape_of_x():
    np.testing.assert_array_equal(Formula("3e-14")(X), np.full(7, 3e-14))


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if hasattr(math, name)])
def test_functions_are_those_of_math(name):
    np.testing.assert_allclose(Formula(f"{name}(x)")(X), [getattr(math, name)(x) for x in X], rtol=1e-14)


def test_where_a_formula_has_no_value_it_is_not_finite():
    assert not np.isfinite(Formula("log(x - 0.5)")(np.array([0.4, 0.5]))).any()
