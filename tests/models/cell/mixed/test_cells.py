"""Cells of several kinds as one model: each as in a pack of its own kind, to the last bit; sums, refusals, memory."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.dependence.dependencies import initial_dependencies
from packfmu.core.errors import InputError
from packfmu.core.model import DONE, Update
from packfmu.models.cell.mixed.cells import MixedCells
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters import chen_2020
from tests.interpreted import InterpretedInstance
from tests.models.cells import aging

from .two_kinds import KIND, OF, OTHER, PLACES

CURRENTS = np.array([10.0, -2.0, 5.0, 1.0, -20.0])
SUMS = ("electrical_energy", "stored_energy", "heat", "table_energy", "charge", "stored_charge", "lost_charge")
REPORTED = ("emf", "resistance", "voltage", "soc", "heat_rate")


def begun(model, **start):
    cells = InterpretedInstance(model)
    for name, values in start.items():
        (cells.p if name in cells.p.names else cells.u)[name] = values
    cells.initialize()
    return cells


def mixed_and_apart(kinds=(KIND, OTHER), aging=None, **start):
    """Return mixed cells, and those of each kind in a pack of their own, from the same values."""
    whole = begun(MixedCells(kinds, OF).declare(5, aging), **start)
    return whole, [
        begun(kind.declare(len(place), aging), **{name: np.asarray(v)[place] for name, v in start.items()})
        for kind, place in zip(kinds, PLACES, strict=True)
    ]


def step(cells, places, number, h=10.0, **inputs):
    for name, values in inputs.items():
        cells.u[name] = np.asarray(values)[places]
    assert cells.advance(number * h, h) == DONE


def run(whole, apart, steps=4, **inputs):
    for number in range(steps):
        step(whole, range(5), number, **inputs)
        for cells, place in zip(apart, PLACES, strict=True):
            step(cells, place, number, **inputs)


def gathered(apart, name):
    found = np.empty(5)
    for cells, place in zip(apart, PLACES, strict=True):
        found[place] = cells.y[name]
    return found


INITIAL = {"initial_soc": [0.9, 0.3, 0.5, 0.7, 0.2], "capacity": [36e3, 7e3, 30e3, 7.2e3, 40e3]}
TEMPERATURE = np.linspace(285.0, 305.0, 5)


def test_each_kind_steps_as_in_a_pack_of_its_own():
    whole, apart = mixed_and_apart(**INITIAL)
    run(whole, apart, current=CURRENTS, temperature=TEMPERATURE)
    for name in REPORTED:
        assert whole.y[name].tolist() == gathered(apart, name).tolist()
    for name in SUMS:
        assert whole.y[name] == sum(cells.y[name] for cells in apart)
    assert whole.y.voltage_minimum == whole.y.voltage.min()
    assert whole.y.voltage_mean == pytest.approx(whole.y.voltage.mean(), rel=1e-15)
    assert whole.y.soc_maximum_cell == 1 + np.argmax(whole.y.soc)
    assert whole.y.timescale_fastest == min(cells.y.timescale_fastest for cells in apart)
    assert whole.y.timescale_slowest == max(cells.y.timescale_slowest for cells in apart)
    assert whole.y.timescale_soc == min(cells.y.timescale_soc for cells in apart)
    assert whole.y.sensitivity_soc == max(cells.y.sensitivity_soc for cells in apart)


def test_a_circuit_and_a_cell_of_physics_share_a_pack():
    kinds = KIND, replace(chen_2020.PARAMETERS, physics=Physics.SPM)
    whole, apart = mixed_and_apart(kinds, initial_soc=INITIAL["initial_soc"])
    run(whole, apart, steps=1, current=CURRENTS, temperature=TEMPERATURE)
    for name in REPORTED:
        assert whole.y[name].tolist() == gathered(apart, name).tolist()
    assert "anode_potential" not in whole.y.names


def test_the_ports_follow_one_lookahead():
    whole, apart = mixed_and_apart(**INITIAL)
    run(whole, apart, steps=1, current=CURRENTS, temperature=TEMPERATURE)
    for cells in (whole, *apart):
        cells.p.lookahead = 30.0
        cells.update_outputs()
    assert whole.y.resistance.tolist() == gathered(apart, "resistance").tolist()


def test_cells_age_by_their_own_inputs_and_count_their_own_stress():
    whole, apart = mixed_and_apart(aging=aging(), **INITIAL)
    growth = [0.1, 0.2, 0.0, 0.4, 0.3]
    run(whole, apart, current=CURRENTS, temperature=TEMPERATURE, capacity_loss=np.linspace(0.0, 0.2, 5),
        resistance_growth=growth)  # fmt: skip
    assert whole.y.charge_throughput.tolist() == gathered(apart, "charge_throughput").tolist()
    assert whole.y.charge_throughput.all()
    assert whole.y.aging_charge == sum(cells.y.aging_charge for cells in apart)


def test_charge_and_energy_add_up():
    """The energy as that of each kind does: to rounding, every step."""
    whole, _ = mixed_and_apart(aging=aging(), **INITIAL)
    for number in range(6):
        loss = np.full(5, 0.01 * number)
        step(whole, range(5), number, current=CURRENTS, temperature=TEMPERATURE + number, capacity_loss=loss)
        y = whole.y
        assert y.charge == pytest.approx(y.stored_charge + y.lost_charge + y.aging_charge, rel=1e-12, abs=1e-9)
        energy = y.stored_energy + y.heat + y.aging_energy
        assert y.electrical_energy == pytest.approx(energy, rel=1e-9)
    assert y.charge == pytest.approx(10.0 * CURRENTS.sum(), rel=1e-12)


def test_a_refusal_names_the_cell_of_the_pack():
    cells = begun(MixedCells((KIND, OTHER), OF).declare(5), initial_soc=0.9)
    cells.u["current"] = [0.0, 0.0, 0.0, 50.0, 0.0]
    status = cells.advance(0.0, 3600.0)
    assert status not in (DONE, 1, 2)
    assert cells.refusal(status).startswith("soc[4] would be 25")


def test_what_a_kind_of_physics_refuses_tells_which_cells_it_has():
    kinds = KIND, replace(chen_2020.PARAMETERS, physics=Physics.SPM)
    cells = begun(MixedCells(kinds, OF).declare(5), initial_soc=0.05)
    cells.u["current"] = [0.0, 0.0, 0.0, -40.0, 0.0]
    status = cells.advance(0.0, 60.0)
    told = "of kind_2, whose cells are in turn cells 2, 4 of the pack: the positive electrode of cell[2] would have"
    assert cells.refusal(status).startswith(told)


def test_a_state_that_is_restored_goes_on_to_the_same_bits():
    whole, apart = mixed_and_apart(**INITIAL)
    run(whole, apart, current=CURRENTS)
    other = begun(MixedCells((KIND, OTHER), OF).declare(5))
    other.memory[:] = whole.memory
    for cells in (whole, other):
        step(cells, range(5), 9, current=-CURRENTS)
    assert whole.memory.tolist() == other.memory.tolist()


def test_outputs_depend_at_the_start_on_what_following_the_kernels_finds():
    """Of each cell what it is given itself, and the tables of its own kind."""
    model = MixedCells((KIND, OTHER), OF).declare(5)
    listed = [v for v in model.parameters + model.inputs if not v.hidden]
    first, known = 1, {}
    for variable in listed:
        known[variable.path] = first
        first += variable.count
    composed, followed = (initial_dependencies(each, known) for each in (model, replace(model, composition=None)))
    assert composed == followed
    voltage = composed["voltage"][1]
    assert voltage >> known["initial_soc"] + 1 & 1
    assert not voltage >> known["initial_soc"] & 1
    assert voltage >> known["kind_2.open_circuit_voltage"] & 0b11111111111
    assert not voltage >> known["kind_1.open_circuit_voltage"] & 0b1111


def test_the_update_is_that_of_the_worst_kind():
    model = MixedCells((KIND, replace(chen_2020.PARAMETERS, physics=Physics.DFN)), OF).declare(5)
    assert (model.update, KIND.declare(1).update) == (Update.IMPLICIT, Update.EXACT)


@pytest.mark.parametrize(
    ("kinds", "of", "text"),
    [
        ((KIND,), (0, 0), "has 1 kinds of cells; it must have 2 to 9"),
        ((KIND, OTHER), (0, 0), "each of 0 to 1 needs a cell"),
        ((KIND, OTHER), (0, 2), "each of 0 to 1 needs a cell"),
    ],
)
def test_kinds_without_cells_and_cells_without_a_kind_are_refused(kinds, of, text):
    with pytest.raises(InputError, match=text):
        MixedCells(kinds, of)


def test_the_number_of_cells_is_that_of_their_kinds():
    with pytest.raises(InputError, match="cells = 3 must be 5"):
        MixedCells((KIND, OTHER), OF).declare(3)
