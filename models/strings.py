"""How the groups of a pack lie: modules in series, each of strings in parallel, each of groups in series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from ..core.errors import InputError


@dataclass(frozen=True)
class Strings:
    """The strings of a pack, each a row of groups that carry one current.

    Groups stand string by string, strings module by module. The strings of a module are in parallel, the modules in
    series.

    Parameters
    ----------
    starts : tuple of int
        The first group of each string, from 0, and behind the last the number of groups.
    modules : int
        Each has as many strings.
    """

    starts: tuple[int, ...]
    modules: int = 1

    @property
    def groups(self) -> int:
        """The number of all groups."""
        return self.starts[-1]

    @property
    def count(self) -> int:
        """The number of all strings."""
        return len(self.starts) - 1

    @property
    def parallel(self) -> int:
        """The number of strings in parallel."""
        return self.count // self.modules

    @property
    def arguments(self) -> dict[str, Any]:
        """What `strings_of` makes these of beside the number of groups; nothing where no strings are in parallel."""
        lengths = [end - start for start, end in pairwise(self.starts)]
        return {} if self.parallel == 1 else {"strings": lengths, "modules": self.modules}

    @property
    def rows(self) -> tuple[tuple[int, ...], ...]:
        """The groups of the strings at the same place of each module, in the order in which they are in series."""
        return tuple(
            tuple(
                group
                for string in range(place, self.count, self.parallel)
                for group in range(self.starts[string], self.starts[string + 1])
            )
            for place in range(self.parallel)
        )

    @property
    def row_of_groups(self) -> tuple[int, ...]:
        """For each group the place of its string in its module, from 0."""
        return tuple(
            string % self.parallel
            for string in range(self.count)
            for _ in range(self.starts[string], self.starts[string + 1])
        )


def strings_of(groups: int, strings: int | Sequence[int] = 1, modules: int = 1) -> Strings:
    """Return the strings of a pack.

    Parameters
    ----------
    groups : int
        All groups of the pack, >= 1.
    strings : int or sequence of int
        Strings in parallel, of equally many groups; or how many groups each string has, module by module.
    modules : int
        Modules in series, each of equally many strings.

    Raises
    ------
    InputError
        When groups, strings and modules do not fit together.
    """
    if isinstance(strings, int):
        if strings < 1 or modules < 1:
            raise InputError(f"strings = {strings} and modules = {modules} must be at least 1")
        if groups % (strings * modules):
            raise InputError(f"{groups} groups do not make {modules} modules of {strings} strings each")
        lengths = [groups // (strings * modules)] * (strings * modules)
    else:
        lengths = list(strings)
        if modules < 1 or not lengths or len(lengths) % modules:
            raise InputError(f"{len(lengths)} strings do not make {modules} modules of equally many strings")
    if min(lengths) < 1 or sum(lengths) != groups:
        raise InputError(f"strings of {', '.join(map(str, lengths))} groups do not make a pack of {groups} groups")
    return Strings((0, *accumulate(lengths)), modules)
