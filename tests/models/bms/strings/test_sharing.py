"""The rooms of strings, one by one: currents that are silent, charge at a voltage, currents that share a voltage."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.bms.strings import currents, estimates, management, power
from packfmu.models.strings import strings_of

from ...cells import plain_cell

KIND = plain_cell()


@pytest.fixture(scope="module")
def instance():
    """Return a Bms of two strings of two groups, after its first sample."""
    made = Instance(management.declare(4, 1, KIND, strings_of(4, 2)))
    made.initialize()
    return made


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_strings_share_a_voltage(instance, sign):
    """Linear strings E + R I: no string beyond its current, one of them at it, the sum by Kirchhoff's laws."""
    x = instance.x
    emf, resistance, most = np.array([7.0, 7.1]), np.array([0.01, 0.03]), np.array([50.0, 40.0])
    x["cut_off"], x["string_slope"] = 0.0, resistance
    x["borne_current"], x["borne_voltage"] = most, emf + sign * resistance * most
    total, voltage, conductance = power.together(x, x.borne_current, x.borne_voltage, 0, 2, sign)
    shares = (voltage - emf) / resistance
    assert conductance == pytest.approx(np.sum(1.0 / resistance), rel=1e-12)
    assert total == pytest.approx(sign * shares.sum(), rel=1e-12)
    assert (sign * shares <= most * (1.0 + 1e-12)).all()
    assert np.isclose(sign * shares, most, rtol=1e-12).any()
    x["cut_off"][0] = 1.0
    assert power.together(x, x.borne_current, x.borne_voltage, 0, 2, sign)[0] == pytest.approx(40.0, rel=1e-12)


def test_a_string_that_another_charges_leaves_nothing_to_charge(instance):
    """So far above the others that it gives more than they take: the limit is 0, not negative."""
    x = instance.x
    x["cut_off"], x["string_slope"] = 0.0, [0.01, 0.01]
    x["borne_current"], x["borne_voltage"] = [1.0, 10.0], [8.3, 7.0]
    assert power.together(x, x.borne_current, x.borne_voltage, 0, 2, 1.0)[0] == 0.0


def test_a_charge_is_found_by_its_voltage(instance):
    x, p = instance.x, instance.p
    x["estimate"][:2, 0] = 0.4, 0.6
    for charge in (-0.35 * KIND.capacity, 0.0, 0.3 * KIND.capacity):
        voltage = estimates.rest_voltage(x, p, 0, 2, charge)
        expected = np.interp(np.array([0.4, 0.6]) + charge / KIND.capacity, np.linspace(0.0, 1.0, KIND.nodes),
                             KIND.open_circuit_voltage).sum()  # fmt: skip
        assert voltage == pytest.approx(expected, rel=1e-12)
        assert estimates.charge_at(x, p, 0, 2, voltage) == pytest.approx(charge, abs=1e-9 * KIND.capacity)
    assert estimates.charge_at(x, p, 0, 2, 10.0) == pytest.approx(0.4 * KIND.capacity, rel=1e-9)


def test_a_string_is_silent_only_beside_a_loud_one(instance):
    """Ten times `cut_off_current` beside it, for the debounce time of 5 s; any current of its own ends it."""
    x, p, u, y, c = (getattr(instance, name) for name in "xpuyc")
    u["string_open"] = 0.0
    currents.reset_cut_offs(x, u, y)
    loud = 1.01 * currents.LOUDER * p["cut_off_current"]
    for beside, seconds, found in ((0.9 * loud, 20, 0.0), (loud, 4, 0.0), (loud, 1, 1.0), (0.0, 5, 1.0)):
        x["string_reading"] = x["string_present"] = [0.0, beside]
        for _ in range(seconds):
            currents.find_cut_offs(x, p, u, y, c, 1.0)
        assert list(y["string_cut_off"]) == [found, 0.0]
    x["string_reading"] = x["string_present"] = [1.1 * p["cut_off_current"], loud]
    currents.find_cut_offs(x, p, u, y, c, 1.0)
    assert list(y["string_cut_off"]) == [0.0, 0.0]
