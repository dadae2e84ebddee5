"""The scripts that settled a decision still show what it rests on, and their page tells each."""

import re
from itertools import pairwise

import numpy as np
import pytest

from tests.docs.pages import ROOT, module

DESIGN = ROOT / "design"


def script(name):
    return module(DESIGN / f"{name}.py")


def test_half_a_step_ahead_is_of_second_order_and_a_late_exchange_of_first():
    orders = [order for _, order in script("exchange_order").orders().values()]
    assert orders == pytest.approx([2.0, 1.0, 1.0], abs=0.2)


def test_only_the_exact_step_is_right_at_any_length():
    errors = script("relaxation_steps").errors()
    assert max(errors["exact"]) < 1e-14
    assert all(max(found) > 0.1 for method, found in errors.items() if method != "exact")
    euler = errors["explicit Euler"]
    assert euler[1] / euler[0] == pytest.approx(10.0, rel=0.1)


def test_extended_noise_is_too_large_and_drawn_noise_is_right(monkeypatch):
    noise = script("jump_noise")
    monkeypatch.setattr(noise, "SEEDS", 1000)
    deviation = (2.0 / 1000) ** 0.5  # of a variance, relative
    assert noise.extended(30, 1) == pytest.approx(30.0, rel=4.0 * deviation)
    assert noise.drawn(30) == pytest.approx(1.0, rel=4.0 * deviation)
    assert noise.drawn(30) == pytest.approx(noise.drawn(90), rel=1e-9)


def test_connectivity_is_as_exact_as_by_all_eigenvalues():
    for groups in (12, 96):
        (ours, _), (theirs, _) = script("connectivity").compared(groups)
        assert ours < max(10.0 * theirs, 1e-12)


def test_ports_about_the_last_current_are_of_second_order_while_it_does_not_jump():
    found = {name: script("port_current").errors(name) for name in ("jumps", "swings")}
    last = {name: [np.log2(a / b) for a, b in pairwise(errors[False])] for name, errors in found.items()}
    assert last["swings"] == pytest.approx([2.0, 2.0], abs=0.1)
    assert all(1.0 < order < 1.75 for order in last["jumps"])
    assert all(
        again < as_it_is / 10.0 for errors in found.values() for as_it_is, again in zip(*errors.values(), strict=True)
    )


def test_the_usual_root_loses_digits_and_ours_none():
    found = [script("power_root").errors(power) for power in script("power_root").POWERS]
    assert all(ours < 1e-15 for _, ours in found)
    assert found[-1][0] > 1e-5


def test_each_script_has_its_paragraph():
    titles = re.findall(r"^## `(\w+)\.py`$", (DESIGN / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert titles == sorted(path.stem for path in DESIGN.glob("*.py"))
