"""Where the tests look for measured records: beside the checkout, as the examples do."""

from pathlib import Path

import pytest

RECORDS = Path(__file__).parents[2] / "shared" / "data" / "leaf_cell"

needs_records = pytest.mark.skipif(
    not RECORDS.is_dir(), reason=f"{RECORDS} is missing: records of BatterySim, equiv-circ-model at 34752e7"
)
