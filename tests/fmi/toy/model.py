"""Three tanks with every kind of variable, to try FMUs on.

Equations
---------
Each tank integrates its rate::

    dl_k/dt = gain * rate_k   where enabled,   <l> & "quotes" stay as they are

* first item of a list
  that goes on
* second item with ``literal``

Limits
------
A total beyond the limit is refused.

References
----------
Nobody, Journal of Toys 1 (2000) 1, doi:10.1000/182.
"""

from __future__ import annotations

import math

from ..core.fields import Fields
from ..core.kernel import Block, kernel
from ..core.model import DONE, Model
from ..core.variable import DataType, Detail, Variable

OVERFLOW = 1
UNEXPLAINED = 2
FACTOR = 1.0


def declare(tanks: int) -> Model:
    """Declare the tanks."""
    return Model(
        "Toy",
        "Tanks with <every> kind of variable",
        fields=Fields(
            modules=(__name__,),
            parameters=(
                Variable("gain", "1", None, 1.0, 0.0, 10.0, 1.0, 'Factor on <all> "rates" & more', tunable=True),
                Variable(
                    "initial_level", "C", tanks, 5.0, 0.0, math.inf, 10.0, "Level at the start", display_unit="A.h"
                ),
                Variable("table", "Ohm", (2, 3), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 0.0, math.inf, 1.0, "A table"),
                Variable("warmth", "K", None, 298.15, 200.0, 500.0, 300.0, "A temperature", display_unit="degC"),
            ),
            inputs=(
                Variable("rate", "A", tanks, 0.0, -1e3, 1e3, 1.0, "Rate of each tank"),
                Variable("limit", "C", None, 1e6, -math.inf, math.inf, 10.0, "Bound of the total"),
                Variable("divisor", "1", None, 1.0, -math.inf, math.inf, 1.0, "Divides the total"),
                Variable("enable", "1", None, 1.0, 0.0, 1.0, 1.0, "Whether rates count", data_type=DataType.BOOLEAN),
                Variable(
                    "shift", "1", None, 0.0, -5.0, 5.0, 1.0, "Added to the number of steps", data_type=DataType.INTEGER
                ),
                Variable(
                    "toy_mode", "1", None, 1.0, 1.0, 2.0, 1.0, "What to do: 1 work, 2 fail", data_type=DataType.INTEGER
                ),
            ),
            outputs=(
                Variable("level", "C", tanks, 0.0, -math.inf, math.inf, 10.0, "Level of each tank", detail=Detail.CELL),
                Variable(
                    "echo",
                    "C",
                    tanks,
                    0.0,
                    -math.inf,
                    math.inf,
                    10.0,
                    "The same, untold in general",
                    detail=Detail.CELL,
                ),
                Variable("total", "C", None, 0.0, -math.inf, math.inf, 10.0, "All levels"),
                Variable(
                    "scaled", "C", None, 0.0, -math.inf, math.inf, 10.0, "Gain times total", fmi_name="total.scaled"
                ),
                Variable("quotient", "C", None, 0.0, -math.inf, math.inf, 10.0, "Total over divisor"),
                Variable("enabled", "1", None, 0.0, 0.0, 1.0, 1.0, "The input", data_type=DataType.BOOLEAN),
                Variable("steps", "1", None, 0.0, 0.0, math.inf, 1.0, "Number of steps", data_type=DataType.INTEGER),
            ),
            states=(
                Variable("level", "C", tanks, 0.0, -math.inf, math.inf, 1.0, "Level"),
                Variable("hidden", "1", None, 0.0, 0.0, 1.0, 1.0, "A chaotic state that no output tells directly"),
                Variable("count", "1", None, 0.0, 0.0, math.inf, 1.0, "Number of steps"),
            ),
        ),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals={OVERFLOW: "total = {y.total:.6g} C is beyond limit = {u.limit:.6g} C, rate[1] = {u.rate[0]:.6g} A"},
    )


@kernel
def report(x: Block, p: Block, u: Block, y: Block) -> None:
    """Write the outputs that a step changes."""
    y.total = 0.0
    for k in range(x.level.shape[0]):
        y.level[k] = y.echo[k] = x.level[k]
        y.total += x.level[k]
    y.quotient = y.total / u.divisor
    y.enabled = u.enable
    y.steps = x.count + u.shift


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Fill the tanks."""
    for k in range(x.level.shape[0]):
        x.level[k] = p.initial_level[k]
    x.hidden = 0.3
    x.count = 0.0
    report(x, p, u, y)
    outputs_kernel(x, p, u, y, c)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Follow the gain."""
    y.scaled = p.gain * y.total


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Fill the tanks, shaken a little by the hidden state."""
    x.hidden = 3.9 * x.hidden * (1.0 - x.hidden)
    x.count += 1.0
    for k in range(x.level.shape[0]):
        x.level[k] += u.enable * FACTOR * (p.gain * h * u.rate[k] + 1e-3 * x.hidden)
    report(x, p, u, y)
    outputs_kernel(x, p, u, y, c)
    if u.toy_mode == 2:
        return UNEXPLAINED
    return OVERFLOW if y.total > u.limit else DONE
