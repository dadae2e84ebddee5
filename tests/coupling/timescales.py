"""A component whose time constants can be chosen."""

from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model, Update
from packfmu.core.timescale import include_timescale, reset_timescales, timescale_variables
from packfmu.coupling.kernels import kernel_component
from tests.coupling.toys import nothing, real


@kernel
def start(x, p, u, y, c):
    x.age = 0.0
    y.out = 0.0
    reset_timescales(y)
    include_timescale(y, p.fastest, p.slowest)


@kernel
def step(x, p, u, y, c, t, h):
    x.age += h
    y.out = u.value
    reset_timescales(y)
    include_timescale(y, p.fastest * (1.0 - p.ageing * x.age), p.slowest)
    return DONE


def part(name, layer, update=Update.EXACT, fastest=1.0, slowest=100.0, ageing=0.0):
    """A component with the time constants that it is given, the fastest of which shrinks with its age."""
    model = Model(
        name,
        "a part",
        Fields(
            parameters=(
                real("fastest", "s", start=fastest),
                real("slowest", "s", start=slowest),
                real("ageing", "1/s", start=ageing),
            ),
            inputs=(real("value"),),
            outputs=(real("out"), *timescale_variables()),
            states=(real("age", "s"),),
        ),
        start,
        nothing("part"),
        step,
        update=update,
    )
    return kernel_component(name, layer, model)
