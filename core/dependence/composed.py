"""On what the outputs of a composed model depend after the initialisation: from what is known of its components.

What an output of a component depends on is what each parameter and input that it depends on stands for: a variable of
the whole, or an output of another component. The sets grow until they agree, whichever way the components are
initialised in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, reduce
from operator import or_

from ..model import Composition, Model, Place

Sets = dict[str, list[int]]
"""By the path of an output, for each of its scalars the sum of the bits of what it may depend on."""

Find = Callable[[Model, Mapping[str, int]], Sets]
"""Finds the sets of a component."""


def composed(composition: Composition, find: Find, own: Mapping[str, Sequence[int]]) -> Sets:
    """Return the sets of a composed model.

    Parameters
    ----------
    composition : Composition
        What it is composed of.
    find : callable
        Finds the sets of a component.
    own : mapping of str to sequence of int
        The bits of each scalar of the model's parameters and inputs, by path; what is missing has none.
    """
    parts = {name: _Part(name, model, composition, find, own) for name, model in composition.members.items()}
    while sum(part.grow(parts) for part in parts.values()):
        pass
    made = {name: _made_of(sources, parts, own) for name, sources in composition.outputs.items()}
    return made | {name: _gathered(name, parts, composition.shares) for name in composition.gathered}


class _Part:
    """A component, and the sets of its outputs as they grow."""

    def __init__(
        self,
        name: str,
        model: Model,
        composition: Composition,
        find: Find,
        own: Mapping[str, Sequence[int]],
    ) -> None:
        known, first = {}, 1
        self._driven: list[tuple[int, Place]] = []
        self._stand_for = [0]
        for variable in model.parameters + model.inputs:
            if variable.hidden:  # nobody sets it, and kernels may index by it
                continue
            known[variable.path] = first
            place = (name, variable.path)
            if place in composition.driven:
                self._driven.append((first, composition.driven[place]))
            bits = own.get(composition.given.get(place, ("", ""))[1], [0] * variable.count)
            self._stand_for += bits if len(bits) == variable.count else [bits[k] for k in composition.shares[name]]
            first += variable.count
        self._own = find(model, known)
        self.sets = {path: [0] * len(each) for path, each in self._own.items()}

    def grow(self, parts: Mapping[str, _Part]) -> bool:
        """Take what the outputs that drive this component depend on by now; return whether the own sets have grown."""
        for first, (source, output) in self._driven:
            given = parts[source].sets[output]
            self._stand_for[first : first + len(given)] = given
        stand_for = self._stand_for

        @cache
        def replaced(bits: int) -> int:
            return reduce(or_, (stand_for[bit] for bit in _places(bits)), 0)

        before, self.sets = self.sets, {path: list(map(replaced, each)) for path, each in self._own.items()}
        return before != self.sets


@cache
def _places(bits: int) -> tuple[int, ...]:
    """Return the places of the bits that are set."""
    return tuple(_set_bits(bits))


def _set_bits(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _made_of(sources: Sequence[Place], parts: Mapping[str, _Part], own: Mapping[str, Sequence[int]]) -> list[int]:
    """Return the sets of an output that is made of others, or of parameters of the model."""
    each = [parts[name].sets[output] if name else list(own.get(output, [0])) for name, output in sources]
    if len(each) == 1:
        return each[0]
    return [reduce(or_, (bits for sets in each for bits in sets), 0)]


def _gathered(output: str, parts: Mapping[str, _Part], shares: Mapping[str, Sequence[int]]) -> list[int]:
    """Return the sets of an output that has one scalar for each of the things that the components share."""
    found = {k: bits for name, share in shares.items() for k, bits in zip(share, parts[name].sets[output], strict=True)}
    return [found[k] for k in sorted(found)]
