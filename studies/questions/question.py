"""What can be asked of results that are there."""

from __future__ import annotations

from enum import Enum


class Question(Enum):
    """What can be asked of a store or of a table."""

    DISTRIBUTION = "distribution"
    DISPERSION = "dispersion"
    TOLERANCE = "tolerance"
    BATCHES = "batches"
    EXTREME = "extreme"
    PROBABILITY = "probability"
    INFLUENCE = "influence"
    WEAKEST = "weakest"
