"""The ledger of a balancer under any currents, and its progress from step to step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.balancing.ledger import book, put_in_force
from packfmu.models.balancing.objective import write_imbalance
from tests.models.balancing.bleeders import GROUPS, blocks

amperes = st.floats(-5.0, 5.0)


@given(currents=st.lists(amperes, min_size=GROUPS, max_size=GROUPS), pack_current=amperes, step=st.floats(1e-3, 1e3))
def test_ledger_of_any_currents(currents, pack_current, step):
    voltage, current = np.array([3.6, 3.9, 4.1]), np.array(currents)
    instance = blocks(group_voltage=voltage)
    x, u, y = instance.x, instance.u, instance.y
    y["balancing_current"], y["balancing_pack_current"] = current, pack_current
    put_in_force(x, u, y)
    book(x, y, step)
    powers = np.append(current * voltage, pack_current * voltage.sum())
    charges = np.append(current, GROUPS * pack_current)
    assert y["balancing_energy"] + y["heat"] == 0.0
    assert y["heat"] == step * y["heat_rate"]
    # rounding of sums of four terms, up to 58 W and 15 A
    assert y["heat_rate"] == pytest.approx(-powers.sum(), abs=1e-13)
    assert y["moved_energy"] == pytest.approx(-step * powers.clip(max=0.0).sum(), rel=1e-14)
    assert y["balancing_charge"] == pytest.approx(step * charges.sum(), abs=step * 1e-14)
    assert y["moved_charge"] == pytest.approx(-step * charges.clip(max=0.0).sum(), rel=1e-14)
    assert y["active_groups"] == np.count_nonzero(current)


def test_progress_and_time_to_balance():
    instance = blocks(group_soc=[0.5, 0.52, 0.54], group_capacity=[1e5, 2e5, 1e5])
    instance.initialize()
    x, p, u, y = instance.x, instance.p, instance.u, instance.y
    assert y["soc_mean"] == pytest.approx(0.52, rel=1e-15)
    assert y["soc_variance"] == pytest.approx(2.0 * 0.02**2 / 3.0, rel=1e-12)  # differences of 0.02, rounded in 0.5
    assert y["lyapunov_function"] == pytest.approx(1e5 * 0.02**2, rel=1e-12)
    assert y["lyapunov_decrease"] == y["balanced"] == y["balancing_time"] == 0.0
    former = float(y["lyapunov_function"])
    for enable, counted in ((1.0, 10.0), (0.0, 20.0), (1.0, 20.0)):
        u["enable"] = enable
        assert instance.advance(0.0, 10.0) == 0
        assert y["balancing_time"] == counted  # what was allowed during the step counts
    u["group_soc"] = [0.52, 0.525, 0.529]
    write_imbalance(x, p, u, y, instance.c)
    assert y["lyapunov_decrease"] == former - y["lyapunov_function"] > 0.0
    assert y["balanced"] == 1.0
    put_in_force(x, u, y)
    assert x["counting"] == 0.0
