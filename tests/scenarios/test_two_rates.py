"""Two tanks at two rates with a known solution: what each rule of transfer costs, and what it conserves.

::

      Fast --flow (mean or last)--> Slow        dx/dt = 3 z - x / 2,   every h
        ^                             |         dz/dt = x - z / 20,    every H
        +----level (hold or linear)---+

Both step exactly under what they are given. The reference is the matrix exponential.
"""

import numpy as np
import pytest
from scipy.linalg import expm

from packfmu.core.errors import InputError
from packfmu.core.fields import Fields
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.block.compose import compose
from packfmu.coupling.block.taps import Tap
from packfmu.coupling.kernels import KernelSlave, kernel_component
from packfmu.coupling.operations import Action, Rule, connect
from packfmu.coupling.schedule import Scheme, make_plan
from packfmu.coupling.system import System
from packfmu.models.numerics.relaxation import relax
from tests.coupling.toys import CONTROL, ELECTRICAL, nothing, real

FAST, SLOW = 2.0, 20.0
"""Time constants [s]."""

GAIN = 0.03
"""Of the slow level on the fast tank [1/s]; small, so that the pair is stable."""

END = 48
SECOND = 10**9


@kernel
def tank_start(x, p, u, y, c):
    x.level = p.initial
    y.level = p.initial
    y.flow = p.initial
    y.given = 0.0
    y.taken = 0.0


@kernel
def tank_step(x, p, u, y, c, t, h):
    x.level, integral, _ = relax(x.level, p.time_constant * p.gain * u.feed, 1.0 / p.time_constant, h)
    y.level = x.level
    y.flow = integral / h
    y.given = integral
    y.taken = h * u.feed
    return DONE


def tank(name, time_constant, gain, initial):
    """A level that relaxes and is fed; it tells its level, its mean over the step, and what it gave and took."""
    return Model(
        name,
        "a tank",
        Fields(
            parameters=(
                real("time_constant", "s", start=time_constant),
                real("gain", start=gain),
                real("initial", start=initial),
            ),
            inputs=(real("feed", "W", start=initial),),
            outputs=(real("level", "W"), real("flow", "W"), real("given", "J"), real("taken", "J")),
            states=(real("level", "W"),),
        ),
        tank_start,
        nothing("two_rates 1"),
        tank_step,
    )


MODELS = {"Fast": tank("Fast", FAST, GAIN, 1.0), "Slow": tank("Slow", SLOW, 1.0, 2.0)}


def system(up, down):
    fast, slow = MODELS.values()
    return System(
        (kernel_component("Fast", ELECTRICAL, fast), kernel_component("Slow", CONTROL, slow)),
        (connect("Fast.flow", "Slow.feed", up), connect("Slow.level", "Fast.feed", down)),
    )


def plan_of(up, down, h, ratio, scheme=Scheme.SEQUENTIAL):
    return make_plan(system(up, down), {ELECTRICAL: h, CONTROL: ratio * h}, scheme)


def levels(up, down, h, ratio, tmp_path, scheme=Scheme.SEQUENTIAL):
    """Return both levels at the end, and what Fast gave and Slow took in all [J]."""
    output = tmp_path / "run.nc"
    record = {"fast": "Fast.level", "slow": "Slow.level"}
    experiment = Experiment(END * SECOND, record=record, output=output, totals=("Fast.given", "Slow.taken"))
    ended = run(system(up, down), plan_of(up, down, h, ratio, scheme), experiment)
    results = load(output)
    return np.array([results.fast[-1], results.slow[-1]]), ended.totals


def exact():
    matrix = np.array([[-1.0 / FAST, GAIN], [1.0, -1.0 / SLOW]])
    return expm(matrix * END) @ [1.0, 2.0]


@pytest.mark.parametrize(
    ("up", "down", "order"),
    [(Rule.MEAN, Rule.HOLD, 1.0), (Rule.MEAN, Rule.LINEAR, 2.0), (Rule.LAST, Rule.LINEAR, 1.0)],
)
@pytest.mark.parametrize("ratio", [1, 4])
def test_order_of_each_rule(up, down, order, ratio, tmp_path):
    errors = [
        np.abs(levels(up, down, int(slow * SECOND) // ratio, ratio, tmp_path)[0] - exact()).max()
        for slow in (1.0, 0.5, 0.25)
    ]
    if ratio == 1 and down is Rule.LINEAR:
        order = 2.0  # the last mean is the mean
    assert np.log2(errors[1] / errors[2]) == pytest.approx(order, abs=0.2)


@pytest.mark.parametrize("ratio", [1, 2, 3, 5, 10, 60])
def test_a_mean_conserves_what_is_given(ratio, tmp_path):
    _, totals = levels(Rule.MEAN, None, SECOND // 5, ratio, tmp_path)
    assert totals["Slow.taken"] == pytest.approx(totals["Fast.given"], rel=1e-12)


def test_a_sample_loses_a_sixth(tmp_path):
    """The fast tank empties: its mean over the last 0.2 s of each 8 s stands for less than it gave in them."""
    _, totals = levels(Rule.LAST, None, SECOND // 5, 40, tmp_path)
    given, taken = sampled(0.2, 8.0)
    assert totals["Fast.given"] == pytest.approx(given, rel=1e-12)
    assert totals["Slow.taken"] == pytest.approx(taken, rel=1e-12)
    assert 1.0 - taken / given == pytest.approx(0.174, abs=5e-4)


def sampled(h, slow):
    """Return what the fast tank gives and the slow one takes, by the closed form of each period."""
    level, feed, given, taken = 1.0, 2.0, 0.0, 0.0
    for _ in range(round(END / slow)):
        settled, gone = FAST * GAIN * feed, np.exp(-slow / FAST)
        given += slow * settled + (level - settled) * FAST * (1.0 - gone)
        last = settled + (level - settled) * FAST * (np.exp(-(slow - h) / FAST) - gone) / h
        taken += slow * last
        level = settled + (level - settled) * gone
        feed = SLOW * last + (feed - SLOW * last) * np.exp(-slow / SLOW)
    return given, taken


@pytest.mark.parametrize("up", [Rule.LAST, Rule.MEAN, Rule.INTEGRAL, Rule.MAX])
@pytest.mark.parametrize("down", [Rule.HOLD, Rule.LINEAR])
@pytest.mark.parametrize("scheme", Scheme)
def test_the_jitted_executor_gives_the_masters_bits(up, down, scheme, tmp_path):
    expected, _ = levels(up, down, SECOND // 2, 3, tmp_path, scheme)
    rows = plan_of(up, down, SECOND // 2, 3, scheme).operations
    taps = (Tap("fast", "Fast.level"), Tap("slow", "Slow.level"))
    block = Instance(compose("Block", "a block", MODELS, SECOND // 2, rows, taps, (), {}))
    block.initialize()
    for n in range(2 * END):
        assert block.advance(0.5 * n, 0.5) == 0
    assert [block.y["fast"], block.y["slow"]] == expected.tolist()


def test_exact_log_with_a_line_and_a_maximum():
    plan = plan_of(Rule.MAX, Rule.LINEAR, SECOND, 2)
    tick = [
        "transfer Slow.level -> Fast.feed (linear)",
        "step Fast",
        "accumulate Fast.flow -> Slow.feed",
    ]
    slow = ["transfer Fast.flow -> Slow.feed (max)", "step Slow", "accumulate Slow.level -> Fast.feed"]
    expected = [(1, line) for line in tick] + [(2, line) for line in tick + slow]
    assert [(time // SECOND, str(operation)) for time, operation in plan.expand()] == expected


def test_jacobi_hands_on_when_all_of_a_layer_have_stepped():
    fast, slow = MODELS.values()
    peers = System(
        (kernel_component("Fast", ELECTRICAL, fast), kernel_component("Slow", ELECTRICAL, slow)),
        (connect("Fast.flow", "Slow.feed"), connect("Slow.level", "Fast.feed")),
    )
    for scheme, expected in (
        (Scheme.SEQUENTIAL, ["step Fast", "Fast.flow", "step Slow", "Slow.level"]),
        (Scheme.JACOBI, ["step Fast", "step Slow", "Fast.flow", "Slow.level"]),
    ):
        rows = make_plan(peers, {ELECTRICAL: SECOND}, scheme).operations
        found = [str(r) if r.action is Action.STEP else ".".join(r.subject.source) for r in rows]
        assert found == expected


@pytest.mark.parametrize(
    ("up", "down", "words"),
    [
        (
            Rule.HOLD,
            None,
            "hold does not suit a Real from the electrical to the control layer; last or mean or",
        ),
        (
            None,
            Rule.MEAN,
            "mean does not suit a Real from the control to the electrical layer; hold or linear would",
        ),
    ],
)
def test_a_rule_that_does_not_suit_its_ends_is_refused(up, down, words):
    with pytest.raises(InputError, match=words):
        plan_of(up, down, SECOND, 2)


def test_lookahead_of_the_master_follows_the_scheme(monkeypatch):
    """Half a step where the network steps first, a whole one where all is handed on late."""
    from tests.coupling.toys import adder

    seen = []
    monkeypatch.setattr(KernelSlave, "prepare", lambda self, values, t: seen.append(values))
    lone = System((kernel_component("Adder", ELECTRICAL, adder()),), ())
    for scheme in Scheme:
        run(lone, make_plan(lone, {ELECTRICAL: 4 * SECOND}, scheme), Experiment(4 * SECOND))
    assert [float(values["lookahead"][0]) for values in seen] == [2.0, 4.0]
