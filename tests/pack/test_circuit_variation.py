"""A draw is that of a seed, a quantity and a cell: what else a pack has, and how large it is, moves none."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from packfmu.pack.cells.physics_variation import PHYSICS_SPREADS
from packfmu.pack.circuit_variation import CIRCUIT_SPREADS, draw_circuits, pair_streams
from packfmu.pack.variation import QUANTITIES, Spread, draw, draw_contacts, streams

MEANS = {"capacity": 117e3, "initial_soc": 0.9, "self_discharge_current": 1e-3, "coulombic_efficiency": 0.999}
SPREAD = Spread(
    capacity_cv=0.01, resistance_cv=0.03, soc_spread=0.02, self_discharge_cv=0.4, efficiency_sd=0.0005,
    ohmic_cv=0.05, polarisation_resistance_cv=0.1, polarisation_capacitance_cv=0.2, open_circuit_offset_sd=0.002,
    hysteresis_cv=0.3, contact_resistance_cv=0.5, initial_polarisation_sd=0.01, initial_hysteresis_sd=0.4,
)  # fmt: skip
OF = {
    "capacity": "capacity_cv",
    "resistance_scale": "resistance_cv",
    "initial_soc": "soc_spread",
    "self_discharge_current": "self_discharge_cv",
    "coulombic_efficiency": "efficiency_sd",
    "contact_resistance": "contact_resistance_cv",
    **CIRCUIT_SPREADS,
}
"""What is drawn, by its spread."""


def drawn(spread, seed, series=3, parallel=2, pairs=2):
    """Return everything that a pack draws of its cells."""
    cells = series * parallel
    found = draw(spread, seed, series, parallel, MEANS) | draw_circuits(spread, seed, cells, pairs)
    return found | {"contact_resistance": draw_contacts(spread.contact_resistance_cv, seed, cells)}


def test_every_spread_has_its_quantity():
    expected = sorted((*OF.values(), *PHYSICS_SPREADS.values()))
    assert expected == sorted(field.name for field in fields(Spread))
    assert sorted(drawn(SPREAD, 1)) == sorted(OF)


@pytest.mark.parametrize("seed", [0, 2013, 2**64])
def test_each_stream_is_a_child_of_the_seed_by_its_number(seed):
    """The numbers of the first nine are those of the packs that were drawn before there were more."""
    first = ("capacity", "resistance", "soc", "self_discharge", "efficiency", "aging_rate", "resistance_rate",
             "aging_noise", "sensor_offset")  # fmt: skip
    assert QUANTITIES[:9] == first
    for number, (name, stream) in enumerate(streams(seed).items()):
        child = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(number,)))
        assert stream.bit_generator.state == child.state, name


def test_pairs_have_streams_of_their_own():
    states = [stream.bit_generator.state["state"]["state"] for stream in streams(5).values()]
    for quantity in ("polarisation_resistance", "polarisation_capacitance", "initial_polarisation"):
        states += [stream.bit_generator.state["state"]["state"] for stream in pair_streams(5, quantity, 4)]
    assert len(set(states)) == len(QUANTITIES) + 12


@given(
    st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 4), st.integers(0, 4), st.integers(1, 3),
    st.integers(1, 3),
)  # fmt: skip
def test_a_cell_draws_the_same_in_a_pack_of_any_size(seed, series, parallel, pairs, more_series, more_pairs):
    small = drawn(SPREAD, seed, series, parallel, pairs)
    large = drawn(SPREAD, seed, series + more_series, parallel, pairs + more_pairs)
    for name, values in small.items():
        same = large[name][: series * parallel]
        assert np.array_equal(values, same[:, :pairs] if values.ndim == 2 else same), name
    # by how many cells stand in parallel, the groups are others, but cell k is the same in all that is not its group's
    wide = drawn(SPREAD, seed, series, parallel + 1, pairs)
    for name in small.keys() - {"initial_soc"}:
        assert np.array_equal(small[name], wide[name][: series * parallel]), name


@given(st.integers(0, 2**32), st.sets(st.sampled_from(sorted(OF))), st.sampled_from([0.01, 0.07, 0.5]))
def test_other_spreads_move_nothing(seed, changed, size):
    """Nor do quantities that are new."""
    before = drawn(SPREAD, seed)
    after = drawn(replace(SPREAD, **{OF[name]: size for name in changed}), seed)
    alone = drawn(replace(Spread(), **{OF[name]: getattr(SPREAD, OF[name]) for name in before.keys() - changed}), seed)
    for name in before.keys() - changed:
        assert np.array_equal(before[name], after[name]), name
        assert np.array_equal(before[name], alone[name]), name


@pytest.mark.parametrize("name", OF)
def test_each_spread_moves_its_quantity(name):
    before, after = drawn(SPREAD, 7), drawn(replace(SPREAD, **{OF[name]: 0.09}), 7)
    assert not np.array_equal(before[name], after[name])


def test_what_has_no_spread_is_not_drawn():
    assert draw_circuits(Spread(capacity_cv=0.1), 3, 4, 2) == {}
    assert sorted(draw_circuits(Spread(ohmic_cv=0.1, hysteresis_cv=0.1), 3, 4, 2)) == [
        "hysteresis_scale",
        "ohmic_scale",
    ]
    assert draw_circuits(SPREAD, 3, 4, 0)["polarisation_resistance_scale"].shape == (4, 0)
    assert draw_contacts(0.0, 3, 4).tolist() == [1.0] * 4


def test_pairs_of_a_cell_are_independent():
    values = draw_circuits(replace(SPREAD, polarisation_resistance_cv=0.2), 3, 100_000, 3)
    for name in ("polarisation_resistance_scale", "polarisation_capacitance_scale", "initial_polarisation_voltage"):
        correlation = np.corrcoef(values[name].T) - np.eye(3)
        assert np.abs(correlation).max() < 4 / np.sqrt(100_000), name  # four standard errors
    voltage = values["initial_polarisation_voltage"]
    assert kstest(voltage.ravel(), norm(0.0, SPREAD.initial_polarisation_sd).cdf).pvalue > 1e-4


def test_hysteresis_at_the_start_is_within_its_bound():
    values = draw_circuits(replace(SPREAD, initial_hysteresis_sd=10.0), 3, 1000, 1)["initial_hysteresis"]
    assert values.min() >= -1.0
    assert values.max() <= 1.0
    assert values.std() == pytest.approx(1.0 / np.sqrt(3.0), rel=0.1)  # all but uniform; 1000 draws


def test_values_of_a_seed_are_pinned():
    """Those that `test_variation` does not pin already."""
    pinned = {
        "ohmic_scale": [1.048926656179212, 1.023886895445433],
        "open_circuit_offset": [-0.0016131488054179773, 0.0001268332237771597],
        "hysteresis_scale": [1.9988204241802463, 1.692728502116509],
        "initial_hysteresis": [0.2245266127621863, -0.060837435035204224],
        "polarisation_resistance_scale": [
            [0.9336070456596649, 0.926393415559099], [1.1549756567223468, 1.062050680845366],
        ],
        "polarisation_capacitance_scale": [
            [1.1832336134482204, 1.0478107654241942], [0.9232851806390909, 0.8487071523768621],
        ],
        "initial_polarisation_voltage": [
            [-0.00012074517220436406, 0.007484439546853872], [-0.011096989370979774, -0.0035431400053418027],
        ],
        "contact_resistance": [1.8272503150139037, 0.6769541312173186],
    }  # fmt: skip
    found = drawn(SPREAD, 2013, 2, 1, 2)
    for name, values in pinned.items():
        assert found[name] == pytest.approx(np.array(values), rel=1e-12), name  # exp and ndtri differ by last places
