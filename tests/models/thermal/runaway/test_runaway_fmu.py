"""The Thermal FMU of cells that may run away, built natively: valid, of the bits of its kernels, saved and restored."""

import numpy as np
import pytest
from fmpy.validation import validate_fmu

from packfmu.core.model import DONE
from packfmu.core.variable import Detail
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.definition import Part
from packfmu.fmi.native.platforms import host_platform
from tests.fmi.python.host import Host, refused
from tests.models.thermal.runaway.shorted import EMF, GIVEN, RESISTANCE, SHORTED, row, started

TOLD = (*(f"temperature[{k}]" for k in (1, 2, 3)), *(f"onset_time[{k}]" for k in (1, 2, 3)), "internal_short[1]",
        "reaction_heat", "advanced_heat", "vented_heat")  # fmt: skip


def stepped(fmu, n):
    """Take the step n of 10 s, with the heat of the first cell and of its short; return what the FMU tells."""
    conductance = fmu["internal_short[1]"]
    heat = 80.0 if n < 20 else 0.0, (EMF / (1.0 + RESISTANCE * conductance)) ** 2 * conductance
    fmu["heat_rate[1]"], fmu["short_heat_rate[1]"] = heat
    fmu.step(10.0 * n, 10.0)
    return heat, [fmu[name] for name in TOLD]


@pytest.mark.campaign
def test_a_native_fmu_is_valid_and_gives_the_bits_of_its_kernels(tmp_path):
    arguments = {"cells": 3, "graph": row(3, 0.1).figures(), "runaway": SHORTED.figures()}
    part = Part("Thermal", "thermal", arguments, GIVEN)
    fmu = build_parts((part,), tmp_path, Detail.CELL, Form.NATIVE, (host_platform(),))["Thermal"]
    assert validate_fmu(str(fmu)) == []
    cells = started(3, between=0.1)
    with Host(fmu) as host:
        host.initialize()
        trace = []
        for n in range(40):
            (cells.u["heat_rate"][0], cells.u["short_heat_rate"][0]), told = stepped(host, n)
            assert cells.advance(10.0 * n, 10.0) == DONE
            y = cells.y
            expected = [*y["temperature"], *y["onset_time"], y["internal_short"][0]]
            np.testing.assert_array_equal(told, [*expected, y["reaction_heat"], y["advanced_heat"], y["vented_heat"]])
            trace.append(told)
            if n == 12:  # in the middle of the runaway
                saved = host.fmu.serializeFMUstate(host.fmu.getFMUstate())
        assert trace[-1][3] < 200.0
        host.fmu.setFMUstate(host.fmu.deSerializeFMUstate(saved))
        assert [stepped(host, n)[1] for n in range(13, 40)] == trace[13:]
        host["heat_rate[2]"] = 1e9
        assert "above 3000 K; heat it less" in refused(host, 400.0, 10.0)
