"""A small pack file, and the parts and models that a pack is made of, for tests."""

from packfmu.fmus import balancer, bms
from packfmu.models.aging import losses as aging_model
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network import network
from packfmu.models.thermal import chain as thermal
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts

MANAGED = Pack.model_validate(
    {
        "pack": {"series": 3, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
        "balancer": {"converter": "flyback", "balanced_spread": 0.002},
        "bms": {
            "seed": 5,
            "current_offset": 0.1,
            "initial_soc_error": 0.03,
            "start_spread": 0.004,
            "stop_spread": 0.003,
        },
        "schedule": {"control": "2 s"},
    }
)
"""Three groups of two cells, with converters and battery management."""

SMALLEST = {"pack": {"series": 2, "parallel": 3}, "cell": {"parameters": "nissan_leaf_2013"}}


def part(pack, name):
    return next(part for part in parts(pack) if part.name == name)


def models(pack):
    kind = pack.aging.load() if pack.aging else None
    declare = {
        "Cell": lambda cells, parameters, aging=None: cell_ecm.declare(cells, pack.cell.load(), kind),
        "PackNetwork": network.declare,
        "Thermal": thermal.declare,
        "Balancer": lambda **arguments: balancer.define(**arguments).model,
        "Bms": lambda **arguments: bms.define(**arguments).model,
        "Aging": lambda cells, aging: aging_model.declare(cells, kind),
    }
    return {part.name: declare[part.name](**part.arguments) for part in parts(pack)}
