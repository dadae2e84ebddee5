"""A cell that has failed open in a group of cells in parallel: the group's voltage steps more than the others'.

Equations
---------
Without one of its p cells a group has p / (p - 1) of its resistance. Where the current jumps by at least `current_step`
from one sample to the next, the ratio r of a group's step of voltage to the mean step of the others of its string tells
how its resistance compares. The usual ratio b of each group is learned: it starts as 1 with the standard deviation
`initial_ratio_sigma`, and drifts by `ratio_drift` a step. With ``e = r / b - 1``, its variance s2 of the noise of both
voltages, of `ratio_error` and of b, and ``d = 1 / (p - 1)`` for an open cell, the evidence grows by the logarithm of
the ratio of likelihoods, a cumulative sum [1]::

    S = max(0, S + min(d / s2 (e - d / 2), C / 3))

The cell counts as open where S reaches `open_cell_evidence`, C: not before three steps. b is not learned while S is
above a quarter of that. At C = 20 a false alarm is expected in e^20 steps, 4.8e8.

About ``2 C s2 / d^2`` steps are needed: in tests three of p = 2, four of p = 4, seven of p = 10. From some thirty cells
in parallel on d is less than what ratios drift by in as many steps as it takes: an open cell is found where busbars
make its part greater, by chance elsewhere.

A flag stays until `reset` rises; S then starts again, and b stays.

Limits
------
Steps slower than a sample are not seen. All resistances of a group are taken to change by one factor. Groups of single
cells are not judged: an open cell there cuts off the string. Start values are assumed.

Shared states
-------------
`opened` is written here; `faults` and `short` read it.

References
----------
[1] E. S. Page, Biometrika 41 (1954) 100, doi:10.1093/biomet/41.1-2.100.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import DataType, Detail, Variable
from .comparison import beside, noise

AT_ONCE = 3.0
"""Share of the evidence that one step may give: its reciprocal."""

SUSPECTED = 4.0
"""Share of the evidence from which on a ratio is not learned: its reciprocal."""


def fields(groups: int, parallel: int) -> Fields:
    """Return what is assumed of ratios, and what is known of those of each group of `parallel` cells."""
    return Fields(
        modules=(__name__,),
        parameters=(
            Variable("initial_ratio_sigma", "1", None, 0.1, 1e-6, 10.0, 0.1,
                     "Standard deviation of a group's resistance beside the others', at the start", display_unit="%"),
            Variable("ratio_error", "1", None, 0.03, 1e-6, 10.0, 0.1,
                     "Standard deviation of that in one step beside noise: temperatures, SOC", display_unit="%"),
            Variable("ratio_drift", "1", None, 5e-4, 0.0, 10.0, 1e-3,
                     "Standard deviation that it gains from one step of the current to the next", display_unit="%"),
            Variable("open_cell_evidence", "1", None, 20.0, 1.0, 1e6, 10.0,
                     "Logarithm of the ratio of likelihoods from which on a cell counts as open"),
        ),
        outputs=(
            Variable("open_cell_detected", "1", groups, 0.0, 0.0, 1.0, 1.0,
                     "Whether a cell of the group has failed open; until reset",
                     data_type=DataType.BOOLEAN, detail=Detail.GROUP),
        ),
        states=(
            state("ratio", "1", groups, "Usual step of each group's voltage beside the others'"),
            Variable("ratio_variance", "1", groups, 0.0, 0.0, UNBOUNDED, 1.0, "Its variance"),
            Variable("evidence", "1", groups, 0.0, 0.0, UNBOUNDED, 1.0, "Evidence of an open cell"),
            state("former_voltage", "V", groups, "Reading of each voltage in the sample before"),
            state("former_present", "A", groups, "Current that belonged to it"),
            flag("opened", groups, "Whether a cell of the group counts as open"),
        ),
        constants=(
            Variable("parallel", "1", None, parallel, 1.0, 1e9, 1.0, "Cells in a group"),
        ),
    )  # fmt: skip


@kernel
def initialize(x: Block, p: Block, y: Block) -> None:
    """Start with equal groups, and without evidence."""
    for g in range(x.ratio.shape[0]):
        x.ratio[g], x.ratio_variance[g] = 1.0, p.initial_ratio_sigma * p.initial_ratio_sigma
        x.evidence[g] = x.opened[g] = y.open_cell_detected[g] = 0.0
        x.former_voltage[g], x.former_present[g] = x.reading_voltage[g], x.last_present[g]


@kernel
def judge(x: Block, p: Block, c: Block, g: int, ratio: float, variance: float) -> None:
    """Take the ratio of a step of group g, of this variance by noise, into evidence or into the usual ratio."""
    usual, more = x.ratio[g], 1.0 / (c.parallel - 1.0)
    total = variance + p.ratio_error * p.ratio_error + x.ratio_variance[g]
    gained = more / total * (ratio / usual - 1.0 - 0.5 * more)
    x.evidence[g] = max(0.0, x.evidence[g] + min(gained, p.open_cell_evidence / AT_ONCE))
    if x.evidence[g] >= p.open_cell_evidence:
        x.opened[g] = 1.0
    if x.evidence[g] < p.open_cell_evidence / SUSPECTED:
        gain = x.ratio_variance[g] / total
        x.ratio[g] = min(max(0.1, usual + gain * (ratio - usual)), 10.0)
        x.ratio_variance[g] *= 1.0 - gain
    x.ratio_variance[g] += p.ratio_drift * p.ratio_drift


@kernel
def follow_steps(x: Block, p: Block, c: Block, first: int, end: int) -> None:
    """Judge a step of the current in the groups of a string from `first` to before `end`."""
    step = x.last_present[first] - x.former_present[first]
    if c.parallel < 2.0 or abs(step) < p.current_step:
        return
    total, groups = 0.0, end - first
    for g in range(first, end):
        total += x.reading_voltage[g] - x.former_voltage[g]
    for g in range(first, end):
        own = x.reading_voltage[g] - x.former_voltage[g]
        others = beside(total, own, groups)
        if others * step > 0.0:
            judge(x, p, c, g, own / others, 2.0 * noise(p, groups) / (others * others))


@kernel
def remember(x: Block, y: Block, first: int, end: int, reset: bool) -> None:
    """Write the flags of groups from `first` to before `end`, cleared on a reset, and remember the sample."""
    for g in range(first, end):
        if reset:
            x.opened[g] = x.evidence[g] = 0.0
        y.open_cell_detected[g] = x.opened[g]
        x.former_voltage[g], x.former_present[g] = x.reading_voltage[g], x.last_present[g]
