"""Tanks of any number with every kind of variable, to try the shim on: its kernels are those of client/toy_model.c."""

from __future__ import annotations

import math
from typing import Any

from packfmu.core.fields import Fields
from packfmu.core.model import Model
from packfmu.core.variable import Count, DataType, Variable


def refusals(tanks: int) -> dict[int, str]:
    """Return what the statuses mean; without a tank there is no rate to tell."""
    rate = "rate[1] = {u.rate[0]:.6g} A, " if tanks else ""
    return {
        1: "total = {y.total:.6g} C is beyond limit = {u.limit:.6g} C, "
        f"{rate}table[1,2] = {{p.table[0][1]:.3f}}, {{x.count:.1e}} steps (100 %)",
        3: "",
        7: "{u.limit:.99f} {u.limit:.99f} {u.limit:.99f} C",
    }


def quantity(name: str, unit: str, size: Any, start: Any, least: float, greatest: float, nominal: float, **others: Any):
    return Variable(name, unit, size, start, least, greatest, nominal, "A quantity", **others)


def declare(tanks: int = 3, reserves: int = 0, begin: int = 0) -> Model:
    """Return the model of some tanks; of the reserves nothing comes, and the count of steps begins anywhere."""
    count, whole, truth = Count(tanks, "tank"), {"data_type": DataType.INTEGER}, {"data_type": DataType.BOOLEAN}
    fields = Fields(
        parameters=(
            quantity("twin", "K", None, 298.15, 200.0, 500.0, 300.0, owner="Inner", hidden=True),
            quantity("gain", "1", None, 1.0, 0.0, 10.0, 1.0, tunable=True),
            quantity("initial_level", "C", count, 5.0, 0.0, math.inf, 10.0),
            quantity("reserve", "C", Count(reserves, "reserve"), 5.0, 0.0, math.inf, 10.0),
            quantity("table", "Ohm", (2, 3), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 0.0, math.inf, 1.0),
            quantity("warmth", "K", None, 298.15, 200.0, 500.0, 300.0),
        ),
        inputs=(
            quantity("rate", "A", count, 0.0, -1e3, 1e3, 1.0),
            quantity("limit", "C", None, 1e6, -math.inf, math.inf, 10.0),
            quantity("divisor", "1", None, 1.0, -math.inf, math.inf, 1.0),
            quantity("enable", "1", None, 1.0, 0.0, 1.0, 1.0, **truth),
            quantity("shift", "1", None, 0.0, -5.0, 5.0, 1.0, **whole),
            quantity("toy_mode", "1", None, 1.0, 1.0, 8.0, 1.0, **whole),
        ),
        outputs=(
            quantity("level", "C", count, 0.0, -math.inf, math.inf, 10.0),
            quantity("echo", "C", count, 0.0, -math.inf, math.inf, 10.0),
            quantity("total", "C", None, 0.0, -math.inf, math.inf, 10.0),
            quantity("scaled", "C", 2, 0.0, -math.inf, math.inf, 10.0, fmi_name="total.scaled"),
            quantity("enabled", "1", None, 0.0, 0.0, 1.0, 1.0, **truth),
            quantity("steps", "1", None, 0.0, -5.0, math.inf, 1.0, **whole),
        ),
        states=(
            quantity("level", "C", count, 0.0, -math.inf, math.inf, 1.0),
            quantity("chaos", "1", None, 0.0, 0.0, 1.0, 1.0),
            quantity("count", "1", None, 0.0, -math.inf, math.inf, 1.0),
        ),
        constants=(quantity("begin", "1", None, begin, 0.0, math.inf, 1.0),),
    )
    kernels = dict.fromkeys(("initialize", "outputs_kernel", "advance"), lambda *arguments: 0)
    return Model("Toy", "Tanks", fields, **kernels, refusals=refusals(tanks))
