from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.interpreted import interpreted
from packfmu.models.electrochemistry import particles
from packfmu.models.electrochemistry.kind import NEGATIVE, Physics
from packfmu.models.numerics.arrhenius import thermal_voltage
from packfmu.models.parameters.chen_2020 import PARAMETERS as CHEN
from packfmu.pack.cells.drawn import draw_cells
from packfmu.pack.cells.physics_variation import capacities
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.studies.population.cells import pack_of, varied
from packfmu.studies.population.population import parse_population
from tests.interpreted import InterpretedInstance

CELLS = 6

drawing_fields = pytest.mark.skipif(find_spec("openturns") is None, reason="openturns is of the extra studies")

SCALES = ("thickness_scale", "porosity_scale", "active_fraction_scale")

SPME = replace(CHEN, physics=Physics.SPME)


def pack(parameters="chen_2020", **tables):
    cell = {"parameters": parameters, **({"model": "spme"} if parameters == "chen_2020" else {})}
    return parse_pack({"pack": {"series": 3, "parallel": 2}, "cell": cell, **tables}, "pack")


def population(**tables):
    return parse_population(tables, "population.toml")


def drawn(given, made, sample=0):
    return draw_cells(pack_of(made, given, sample))


ROLLS = {
    "negative": {"porosity": {"distribution": "normal", "cv": 0.05}},
    "positive": {"thickness": {"cv": 0.02}},
}


def test_calendering_alone_leaves_the_capacity_and_changes_transport():
    cells = drawn(pack(), population(**ROLLS))
    assert cells["capacity"] == pytest.approx(CHEN.capacity, rel=1e-9)
    assert cells["thickness_scale"] * cells["active_fraction_scale"] == pytest.approx(1.0, rel=1e-14)
    like = [varied(SPME, {name: cells[name][k] for name in SCALES}) for k in range(CELLS)]
    resistances = [float(kind.settled_resistance(0.5)) for kind in like]
    assert np.ptp(resistances) > 0.01 * min(resistances)


def test_low_rate_discharge_of_a_calendered_cell_is_that_of_the_nominal_one():
    cells = drawn(pack(), population(**ROLLS))
    instance = InterpretedInstance(SPME.declare(CELLS + 1).with_start(
        {name: np.concatenate([values, np.ones_like(values[:1])]) for name, values in cells.items() if name in SCALES}
        | {"capacity": np.append(cells["capacity"], CHEN.capacity)}
    ))  # fmt: skip
    instance.initialize()
    instance.u.current[:] = -CHEN.capacity / 3600.0 / 1e7  # 1e-7 C: nothing but the equilibrium
    for step in range(3):
        instance.advance(1e6 * step, 1e6)
    assert instance.y.soc[:CELLS] == pytest.approx(instance.y.soc[CELLS], rel=1e-9)
    assert instance.y.voltage[:CELLS] == pytest.approx(instance.y.voltage[CELLS], abs=1e-7)


def test_capacity_follows_from_the_balance_of_both_electrodes():
    made = population(negative={"coating": {"cv": 0.02}}, positive={"coating": {"cv": 0.02}})
    cells = drawn(pack(), made)
    mass = cells["thickness_scale"] * cells["active_fraction_scale"]
    both = drawn(pack(), population(positive={"coating": {"cv": 0.02}}))
    assert not np.allclose(cells["capacity"], both["capacity"], rtol=1e-4)  # the negative electrode takes part
    assert cells["capacity"] == pytest.approx(
        capacities(CHEN, {name: cells[name] for name in SCALES}, np.full(CELLS, CHEN.capacity)), rel=1e-14
    )
    assert (np.sign(cells["capacity"] - CHEN.capacity) == np.sign(mass[:, 1] - 1.0)).all()


def test_what_varies_reaches_the_parts_of_a_pack_by_their_own_mechanism():
    made = population(
        negative={"radius": {"cv": 0.05}, "exchange_current": {"cv": 0.1}},
        cells={name: {"cv": 0.1} for name in ("contact_resistance", "sei_rate", "cooling")},
    )
    aged = pack(busbar={"contact_resistance": 1e-3}, aging={"parameters": "graphite_film_aging"})
    draws = made.draw(2, CELLS)
    found = {part.name: part.start for part in parts(pack_of(made, aged, 2))}
    assert found["PackNetwork"]["contact_resistance"] == pytest.approx(1e-3 * draws["contact_resistance"][:, 0])
    assert found["Thermal"]["convection"] == pytest.approx(aged.thermal.convection * draws["cooling"][:, 0])
    assert found["Aging"]["aging_rate"] == pytest.approx(draws["sei_rate"][:, 0])
    assert found["Cell"]["radius_scale"] == pytest.approx(
        np.stack([draws["negative.radius"][:, 0], np.ones(CELLS)], axis=1)
    )
    assert found["Cell"]["exchange_current_scale"][:, NEGATIVE] == pytest.approx(
        draws["negative.exchange_current"][:, 0]
    )


def test_a_population_comes_on_top_of_what_a_pack_draws():
    made = population(negative={"radius": {"cv": 0.05}})
    spread = pack(variation={"particle_radius_cv": 0.03, "capacity_cv": 0.01})
    own, both = draw_cells(spread), drawn(spread, made)
    factor = np.stack([made.draw(0, CELLS)["negative.radius"][:, 0], np.ones(CELLS)], axis=1)
    assert both["radius_scale"] == pytest.approx(own["radius_scale"] * factor, rel=1e-14)
    assert both["capacity"].tolist() == own["capacity"].tolist()


def test_circuits_differ_as_the_cells_of_physics_that_they_are_like():
    tables = {"negative": {"coating": {"cv": 0.02}}, "positive": {"porosity": {"cv": 0.05}}}
    circuits = drawn(pack("nissan_leaf_2013"), population(population={"electrodes": "chen_2020"}, **tables))
    physics = drawn(pack(), population(**tables))
    leaf = pack("nissan_leaf_2013").cell.load()
    assert circuits["capacity"] / leaf.capacity == pytest.approx(physics["capacity"] / CHEN.capacity, rel=1e-12)
    nominal = float(CHEN.settled_resistance(0.5))
    for k in range(CELLS):
        own = varied(CHEN, {name: physics[name][k] for name in SCALES})
        assert circuits["resistance_scale"][k] == pytest.approx(float(own.settled_resistance(0.5)) / nominal, rel=1e-9)


def test_overpotential_and_heat_follow_exchange_current_by_butler_and_volmer():
    factors, current, soc = np.array([1.0, 0.5, 2.0, 0.05]), -10.0, 0.5
    scale = np.stack([factors, np.ones(4)], axis=1)
    instance = InterpretedInstance(SPME.declare(4).with_start({"exchange_current_scale": scale, "initial_soc": soc}))
    instance.initialize()
    instance.u.current[:] = current
    instance.u.temperature[:] = SPME.reference_temperature
    instance.advance(0.0, 1e-9)  # the electrolyte has not moved
    material, electrode = SPME.negative.materials[0], SPME.negative
    rate = current / instance.x.material_charge[:, NEGATIVE]
    surface_of = interpreted(particles.surface)
    x = np.array([surface_of(instance.x, instance.p, k, NEGATIVE, NEGATIVE, rate[k]) for k in range(4)])
    surface = material.surface_density() * electrode.thickness * instance.x.electrode_area
    exchange = material.exchange_current * factors * np.sqrt(x * (1.0 - x)) * surface
    eta = 2.0 * thermal_voltage(SPME.reference_temperature) * np.arcsinh(-current / (2.0 * exchange))
    assert instance.y.voltage - instance.y.voltage[0] == pytest.approx(-(eta - eta[0]), abs=1e-9)
    heat = np.asarray(instance.y.heat_rate)
    assert heat - heat[0] == pytest.approx(-current * (eta - eta[0]), abs=1e-6)


@drawing_fields
def test_a_field_within_cells_makes_regions_in_parallel():
    made = population(negative={"porosity": {"distribution": "normal", "cv": 0.05, "within": 0.5}},
                      within={"regions": 8})  # fmt: skip
    whole = pack(busbar={"contact_resistance": 1e-3, "segment_resistance": 1e-4})
    regions = pack_of(made, whole, 0)
    found = {part.name: part.start for part in parts(regions)}
    assert regions.pack.cells == 8 * CELLS
    assert found["Cell"]["capacity"].reshape(CELLS, 8).sum(axis=1) == pytest.approx(CHEN.capacity, rel=1e-9)
    assert found["Cell"]["porosity_scale"].reshape(CELLS, 8, 2)[..., 0].std(axis=1).min() > 0.0
    assert found["PackNetwork"]["contact_resistance"] == pytest.approx(8e-3)
    own = {part.name: part.start for part in parts(whole)}["PackNetwork"]
    for limit in ("maximum_charge_current", "maximum_discharge_current"):
        assert found["PackNetwork"][limit] == pytest.approx(own[limit])


@pytest.mark.parametrize(
    ("given", "tables", "message"),
    [
        ("nissan_leaf_2013", {"negative": {"coating": {"cv": 0.1}}}, "is an equivalent circuit"),
        ("chen_2020", {"negative": {"coating": {"cv": 0.1}}, "population": {"electrodes": "chen_2020"}},
         "is a cell of physics itself"),
        pytest.param(
            "nissan_leaf_2013",
            {"population": {"electrodes": "chen_2020"}, "within": {"regions": 8},
             "negative": {"coating": {"cv": 0.1, "within": 0.5}}},
            "need cells of physics", marks=drawing_fields,
        ),
    ],
)  # fmt: skip
def test_a_population_that_does_not_fit_its_pack_is_refused(given, tables, message):
    with pytest.raises(InputError, match=message):
        pack_of(population(**tables), pack(given), 0)


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"capacities": np.ones(CELLS)}, "capacities is none of capacity"),
        ({"capacity": np.ones(2)}, r"shape \(2,\), not \(6,\)"),
        ({"capacity": np.zeros(CELLS)}, "above 0 and finite, not 0"),
    ],
)
def test_factors_that_do_not_fit_are_refused(factors, message):
    with pytest.raises(InputError, match=message):
        pack().differing(factors)
