"""Aging in tests: kinds, instances, and steps."""

from dataclasses import replace

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.aging import losses as aging
from packfmu.models.aging.counters import COUNTER_NAMES
from packfmu.models.parameters import graphite_film_aging, sanyo_ur18650e_aging

DAY = 86400.0
YEAR = 365.0 * DAY
FEW = 3

SANYO = sanyo_ur18650e_aging.PARAMETERS
FILM = graphite_film_aging.PARAMETERS
ALL = replace(FILM, laws=replace(SANYO.laws, capacity=FILM.laws.capacity), resistance_rate=2e-4)
"""Film, plating, laws of resistance and growth by cycles at once."""
NAMES = list(COUNTER_NAMES)


def started(kind=FILM, cells=FEW, **start):
    """Return the aging of some cells; without noise unless it is asked for."""
    instance = Instance(aging.declare(cells, kind).with_start({"film_noise": 0.0, **start}))
    instance.initialize()
    return instance


def step(instance, h, **added):
    """Step after adding to counters."""
    for name, value in added.items():
        instance.u[name] += value
    assert instance.advance(0.0, h) == DONE


def grown(instance, duration, steps):
    """Step at an activity of 1; return the thickness of the films."""
    for _ in range(steps):
        h = duration / steps
        step(instance, h, reaction_time=h, diffusion_time=h)
    return instance.y["film_thickness"].copy()
