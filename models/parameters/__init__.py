"""One cited parameter set a module."""
