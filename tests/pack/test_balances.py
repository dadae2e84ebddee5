"""The ledger: sums that lose nothing to rounding, and balances whose mismatch is told."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.coupling.exchange import Gathered, Totals, check_integrals
from packfmu.coupling.operations import Rule
from packfmu.pack.balances import balances, continued, format_balances, integrals
from packfmu.pack.topology import pack_system
from tests.pack.models import pack


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=50))
def test_sums_are_compensated(values):
    step = np.zeros(1)
    totals = Totals(["J"], [step])
    for value in values:
        step[0] = value
        totals.add()
    turnover = math.fsum(abs(value) for value in values)
    # Neumaier's bound: one rounding of the sum, and n^2 eps^2 of the turnover
    bound = np.spacing(abs(math.fsum(values))) + (len(values) * np.finfo(float).eps) ** 2 * turnover
    assert abs(totals.sums()["J"] - math.fsum(values)) <= bound


def test_sum_of_large_and_small_terms():
    step = np.zeros(1)
    totals = Totals(["J"], [step])
    for value in (1.0, 1e100, 1.0, -1e100):
        step[0] = value
        totals.add()
    assert totals.sums() == {"J": 2.0}


@given(st.floats(-1e300, 1e300))
def test_mean_of_one_whole_step_is_its_value(value):
    mean, target = Gathered(Rule.MEAN, 1), np.zeros(1)
    mean.add(np.array([value]), 1.0)
    mean.take(target)
    assert target[0] == value


def test_mean_weighs_a_shortened_step_by_its_length_and_starts_anew():
    mean, target = Gathered(Rule.MEAN, 2), np.zeros(2)
    for values, weight in (([1.0, 2.0], 1.0), ([4.0, 8.0], 0.5)):
        mean.add(np.array(values), weight)
    mean.take(target)
    assert target.tolist() == [2.0, 4.0]
    mean.add(np.array([7.0, 9.0]), 0.25)
    mean.take(target)
    assert target.tolist() == [7.0, 9.0]


def test_integrals_of_a_pack_are_scalars_in_joule_or_coulomb():
    system = pack_system(pack())
    check_integrals(system, integrals(system))
    assert len(integrals(system)) == 21
    assert len(integrals(pack_system(pack(without=("Thermal", "Balancer"))))) == 12


def test_what_is_no_integral_is_refused():
    with pytest.raises(InputError, match=r"PackNetwork\.current is output of 6 Real in A; totals are made of scalar"):
        check_integrals(pack_system(pack()), ["PackNetwork.current"])


def test_balances_tell_both_sides_and_what_is_missing_between():
    totals = {"Cell.charge": 3.0, "Cell.stored_charge": 2.0, "Cell.lost_charge": 0.5, "PackNetwork.pack_charge": 1.0}
    rows = balances(pack_system(pack()), totals)
    assert [row.name for row in rows] == ["cells, charge", "network to cells, charge"]
    assert (rows[0].left, rows[0].right, rows[0].mismatch, rows[0].turnover) == (3.0, 2.5, 0.5, 5.5)
    assert rows[0].relative == 0.5 / 5.5
    assert (rows[1].left, rows[1].right) == (3.0, 3.0)  # three groups, each passed by 1 C
    lines = format_balances(rows).splitlines()
    assert lines[1].split() == ["cells,", "charge", "3", "2.5", "C", "0.5", "0.091"]


def test_aging_and_shifts_are_sides_of_the_balance_of_the_cells():
    totals = {
        "Cell.charge": 3.0, "Cell.shifted_charge": 1.0,
        "Cell.stored_charge": 2.0, "Cell.lost_charge": 0.5, "Cell.aging_charge": 1.5,
        "Cell.electrical_energy": 12.0, "Cell.shifted_energy": 4.0,
        "Cell.stored_energy": 8.0, "Cell.heat": 2.0, "Cell.aging_energy": 5.0,
    }  # fmt: skip
    rows = balances(pack_system(pack()), totals)
    assert [(row.name, row.left, row.right) for row in rows] == [
        ("cells, charge", 4.0, 4.0),
        ("cells, energy", 16.0, 15.0),
    ]


def test_what_a_jump_was_booked_by_is_not_continued():
    """The cycle after a jump books the jump's loss of capacity and shift of the SOC, once."""
    added = {"Cell.charge": 5.0, "Cell.lost_charge": 1.0, "Cell.aging_charge": 30.0, "Cell.shifted_charge": 2.0}
    added["Cell.stored_charge"] = 5.0 - 1.0 - 30.0 + 2.0
    rates = continued(added)
    assert rates["Cell.aging_charge"] == rates["Cell.shifted_charge"] == 0.0
    assert rates["Cell.charge"] == rates["Cell.stored_charge"] + rates["Cell.lost_charge"]
    assert continued({"Pack.pack_energy": 7.0}) == {"Pack.pack_energy": 7.0}
