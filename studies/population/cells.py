"""A population of the process as a pack whose cells differ: into cells of physics, or into equivalent circuits.

Cells of physics take the factors of `process` on their electrodes; what they hold follows from the balance of both
electrodes (`pack.cells.physics_variation`). An equivalent circuit is like a cell of physics that the population names:
its capacity and its resistances change as those of that cell do, the resistances as the settled one at SOC 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...core.errors import InputError
from ...models.cell.physics.cell import ElectrochemicalCell
from ...models.electrochemistry.kind import NEGATIVE, POSITIVE, Electrode
from ...models.parameter_sets import parameter_set
from ...pack.cells.cell_table import CONTACT
from ...pack.cells.physics_variation import capacities
from ...pack.file import COOLING, Pack
from .counter import Values
from .population import Drawn, Population
from .process import electrode_factors
from .regions import in_regions
from .tables import ELECTRODES

HALF = 0.5
"""SOC at which resistances are compared."""

BRUGGEMAN = 1.5
"""Exponent of the transport efficiency over the porosity, as in `electrolyte`."""


def draws_of(population: Population, pack: Pack, sample: int) -> Drawn:
    """Return what a population draws for the cells of a pack, of the means that its kind of cell tells.

    Parameters
    ----------
    population : Population
        Of `load_population`.
    pack : Pack
        A checked pack file.
    sample : int
        Number of the pack, >= 0.

    Returns
    -------
    dict of str to (cells, regions) array
        As of `Population.draw`.
    """
    return population.draw(sample, pack.pack.cells, _nominal(population, _kind_of(population, pack)))


def pack_of(population: Population, pack: Pack, sample: int) -> Pack:
    """Return a pack whose cells are drawn from a population, as `pack_with` does."""
    return pack_with(population, pack, draws_of(population, pack, sample))


def pack_with(population: Population, pack: Pack, drawn: Drawn) -> Pack:
    """Return a pack whose cells are those that a population has drawn.

    Parameters
    ----------
    population : Population
        Of `load_population`.
    pack : Pack
        A checked pack file; what its [variation] draws comes on top.
    drawn : dict of str to (cells, regions) array
        Of `draws_of`.

    Returns
    -------
    Pack
        The same pack with factors on its cells; where the population has fields within the cells, one of regions in
        parallel (`regions`).

    Raises
    ------
    InputError
        When the population does not fit the pack.
    """
    kind = _kind_of(population, pack)
    electrodes = _electrodes(population, kind, {name: values.ravel() for name, values in drawn.items()})
    factors = {
        factor: drawn[name][:, 0]
        for name, factor in (("contact_resistance", CONTACT), ("sei_rate", "aging_rate"), ("cooling", COOLING))
        if name in drawn
    }
    if population.regions > 1:
        if population.population.electrodes is not None:
            raise InputError("[within]: regions of a cell need cells of physics, not equivalent circuits")
        return in_regions(pack, population.regions).differing(
            {**electrodes, **{name: np.repeat(values, population.regions) for name, values in factors.items()},
             "capacity": np.full(pack.pack.cells * population.regions, 1.0 / population.regions)}
        )  # fmt: skip
    if population.population.electrodes is not None and kind is not None:
        electrodes = _circuits(kind, electrodes)
    return pack.differing({**electrodes, **factors})


def _kind_of(population: Population, pack: Pack) -> ElectrochemicalCell | None:
    """Return the cell of physics that tells the electrodes; None where they do not vary."""
    names = [name for name in population.quantities if name.startswith(ELECTRODES)]
    if not names:
        return None
    told = population.population.electrodes
    kind = pack.cell.load()
    if isinstance(kind, ElectrochemicalCell):
        if told is not None:
            raise InputError(
                f"[population] electrodes: {pack.cell.parameters} is a cell of physics itself; leave it out"
            )
        return kind
    if told is None:
        raise InputError(
            f"{names[0]}: {pack.cell.parameters} is an equivalent circuit; [population] electrodes names the shipped "
            "cell of physics whose electrodes its own are like"
        )
    return parameter_set(told, ElectrochemicalCell)


def _nominal(population: Population, kind: ElectrochemicalCell | None) -> dict[str, float]:
    """Return the means that the cell itself tells."""
    if kind is None:
        return {}
    means = {f"{name}.porosity": kind.electrodes[number].porosity for number, name in enumerate(ELECTRODES)}
    solids = {f"{name}.solids": getattr(population, name).slurry.solids for name in ELECTRODES}
    return means | solids


def _electrodes(
    population: Population, kind: ElectrochemicalCell | None, drawn: Mapping[str, Values]
) -> dict[str, Values]:
    """Return the factors on both electrodes, each of shape (cells, 2); those alone that something varies."""
    if kind is None:
        return {}
    count = len(next(iter(drawn.values())))
    each = [
        _electrode(population, name, kind.electrodes[number], drawn, count) for number, name in enumerate(ELECTRODES)
    ]
    names = dict.fromkeys([*each[NEGATIVE], *each[POSITIVE]])
    return {name: np.stack([own.get(name, np.ones(count)) for own in each], axis=1) for name in names}


def _electrode(
    population: Population, name: str, electrode: Electrode, drawn: Mapping[str, Values], count: int
) -> dict[str, Values]:
    """Return the factors on an electrode."""
    slurry = getattr(population, name).slurry
    own = {key.removeprefix(f"{name}."): values for key, values in drawn.items() if key.startswith(f"{name}.")}
    found = {}
    if own.keys() & {"solids", "coating", "porosity", "thickness"}:
        found = electrode_factors(
            electrode.porosity,
            slurry,
            own.get("solids", np.full(count, slurry.solids)),
            own.get("coating", np.ones(count)),
            own.get("porosity"),
            own.get("thickness"),
        )
    if "radius" in own:
        found["radius_scale"] = own["radius"]
    if "exchange_current" in own:
        found["exchange_current_scale"] = own["exchange_current"]
    return found


def _circuits(kind: ElectrochemicalCell, electrodes: Mapping[str, Values]) -> dict[str, Values]:
    """Return the factors on capacity and resistances of equivalent circuits that are like a cell of physics."""
    if not electrodes:
        return {}
    count = len(next(iter(electrodes.values())))
    held = capacities(kind, electrodes, np.full(count, kind.capacity)) / kind.capacity
    nominal = float(kind.settled_resistance(HALF))
    own = [
        float(varied(kind, {name: values[cell] for name, values in electrodes.items()}).settled_resistance(HALF))
        for cell in range(count)
    ]
    return {"capacity": held, "resistance_scale": np.array(own) / nominal}


def varied(kind: ElectrochemicalCell, factors: Mapping[str, Values]) -> ElectrochemicalCell:
    """Return a kind of cell with factors on its electrodes, of each the negative's and the positive's."""
    electrodes = []
    for number, electrode in enumerate(kind.electrodes):
        own = {name: float(values[number]) for name, values in factors.items()}
        eps = own.get("porosity_scale", 1.0)
        materials = tuple(
            replace(
                material,
                active_fraction=material.active_fraction * own.get("active_fraction_scale", 1.0),
                radius=material.radius * own.get("radius_scale", 1.0),
                exchange_current=material.exchange_current * own.get("exchange_current_scale", 1.0),
            )
            for material in electrode.materials
        )
        electrodes.append(
            replace(
                electrode,
                thickness=electrode.thickness * own.get("thickness_scale", 1.0),
                porosity=electrode.porosity * eps,
                transport_efficiency=electrode.transport_efficiency * eps**BRUGGEMAN,
                materials=materials,
            )
        )
    return replace(kind, negative=electrodes[NEGATIVE], positive=electrodes[POSITIVE])
