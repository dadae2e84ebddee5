"""The example of a short: what happens when, by closed forms of one loop."""

import numpy as np
import pytest
import short_circuit as example

INDUCTANCE = example.STRING_CABLE[1] / example.STRINGS + example.PACK_CABLE[1]
EMF = example.SERIES * example.CELL_EMF
STRING = example.SERIES * (example.CELL_RESISTANCE + example.CONTACT_RESISTANCE) + example.STRING_CABLE[0]
RESISTANCE = STRING / example.STRINGS + example.PACK_CABLE[0] + 1.0 / example.SHORT


def test_the_current_rises_as_the_loop_lets_it_until_the_fuse_melts(tmp_path):
    pack, cable = example.shorted_pack()
    course = example.follow(pack, cable)
    melting, clearing = (float(pack.y[f"fuse_{what}_time"][cable]) for what in ("melting", "clearing"))
    rising = melting > example.TIMES
    expected = EMF / RESISTANCE * -np.expm1(-example.TIMES * RESISTANCE / INDUCTANCE)
    assert course.pack[rising] == pytest.approx(expected[rising], abs=0.05)
    assert course.string[rising] == pytest.approx(0.5 * expected[rising], abs=0.05)
    melted = EMF / RESISTANCE * -np.expm1(-melting * RESISTANCE / INDUCTANCE)
    arc = (example.PACK_FUSE["arc_voltage"] - EMF) / RESISTANCE
    assert clearing - melting == pytest.approx(INDUCTANCE / RESISTANCE * np.log1p(melted / arc), rel=1e-3)
    assert (course.pack[-1], course.voltage[-1]) == (0.0, 0.0)
    told = example.tell(tmp_path / "short.png")
    assert f"{melting * 1e3:.4f} ms  (in one step of 1 s: {melting * 1e3:.4f} ms)" in told
    assert (tmp_path / "short.png").stat().st_size > 10_000
