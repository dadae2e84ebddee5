"""What several tests of a module share, made at its first use."""

from functools import cache


class Later:
    """Stands for what `make` returns, which is called once.

    An instance that a module makes on import compiles while pytest collects, in both workers, one after the other.
    """

    def __init__(self, make):
        self._make = cache(make)

    def __getattr__(self, name):
        if name.startswith(("_", "pytest")):  # pytest asks all that a module holds for marks
            raise AttributeError(name)
        return getattr(self._make(), name)
