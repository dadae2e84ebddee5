"""The models of a small pack as components, in any order, for the tests of plans and results."""

from packfmu.models.aging import losses as aging
from packfmu.models.balancing import passive as balancer
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network import network
from packfmu.models.thermal import chain as thermal
from packfmu.pack.topology import PACK_LAYERS
from tests.coupling import toys
from tests.models.cells import plain_cell


def pack(series=3, parallel=2, without=(), kind=None):
    """Return the components of a pack but those left out; its cells age where a kind of aging is given."""
    cell = plain_cell()
    cells, nodes = series * parallel, len(cell.open_circuit_voltage)
    models = {"Aging": aging.declare(cells, kind)} if kind else {}
    models |= {
        "Thermal": thermal.declare(cells),
        "Balancer": balancer.declare(series, parallel),
        "Cell": cell_ecm.declare(cells, cell, kind),
        "PackNetwork": network.declare(series, parallel, True, nodes),
    }
    return [toys.component(name, PACK_LAYERS[name], made) for name, made in models.items() if name not in without]
