"""Aged packs are pack files: read back to the same bits, run on within the error of the jumps, repaired."""

import csv
from datetime import datetime

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.results import load
from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.block import all_parts
from packfmu.pack.file import load_pack
from packfmu.pack.parts import parts
from packfmu.usage.aged import save_aged, save_each_year
from packfmu.usage.experiment_file import expand
from packfmu.usage.years import life_of, plan_years, run_years
from packfmu.usage.years_file import Years

SECOND, DAYS = 10**9, 20
PACK = """
[pack]
series = 2
parallel = 2
[cell]
parameters = "nissan_leaf_2013"
[variation]
seed = 4
capacity_cv = 0.02
resistance_cv = 0.05
soc_spread = 0.002
self_discharge_cv = 0.3
contact_resistance_cv = 0.1
[aging]
parameters = "{kind}"
rate_cv = 0.05
[schedule]
control = "1 s"
thermal = "5 s"
aging = "15 min"
"""
STEPS = ["Discharge at C/4 for 2 h", "Rest for 2 h", "Charge at C/6 up to 4.15 V for 8 h", "Rest until 07:00"]
YEARS = Years(
    datetime(2013, 1, 1, 7), 0.7, 32, expand(STEPS, "steps"), {"cold": (8, 278.15), "warm": (12, 297.15)}, "years.toml"
)


def years_of(path, count, output):
    """Build the FMUs of a pack file and run years with them; return the pack, the summary and what was recorded."""
    pack = load_pack(path)
    built = build_parts(all_parts(pack), output.parent / output.stem, pack.outputs.detail, platforms=[host_platform()])
    planned = plan_years(pack, built["Pack"].parent, YEARS, count, output, pytest.fail)
    return pack, run_years(pack, planned), load(output)


@pytest.fixture(scope="module", params=["nissan_leaf_aging", "graphite_film_aging"])
def lived(request, tmp_path_factory):
    """Two years without a break, and the pack files of their ends."""
    folder = tmp_path_factory.mktemp(request.param)
    path = folder / "pack.toml"
    path.write_text(PACK.format(kind=request.param))
    pack, ended, recorded = years_of(path, 2, folder / "whole.nc")
    return path, pack, ended, recorded, save_each_year(path, pack, YEARS, recorded, folder)


def starts(pack):
    return {f"{part.name}.{name}": np.asarray(value) for part in parts(pack) for name, value in part.start.items()}


def row_of(recorded, year):
    return recorded.isel(time=int(np.flatnonzero(recorded.time.values == year * DAYS * 86400.0)[0]))


def test_a_pack_is_saved_after_each_year(lived):
    folder = lived[0].parent
    assert lived[4] == [folder / "aged_1y.toml", folder / "aged_2y.toml"]
    head = lived[4][0].read_text().splitlines()
    assert head[0] == "# The pack of pack.toml after 1 year of years.toml, on 2013-01-21; written by packfmu."
    assert any("begin anew" in line for line in head)


def test_the_aged_cells_are_read_back_to_the_same_bits(lived):
    """What they are built with as before; loss, growth and SOC as recorded, at Cell, PackNetwork and Aging alike."""
    _, pack, _, recorded, (_, path) = lived
    new, aged, row = starts(pack), starts(load_pack(path)), row_of(recorded, 2)
    for name in ("capacity", "resistance_scale", "self_discharge_current", "coulombic_efficiency"):
        np.testing.assert_array_equal(aged[f"Cell.{name}"], new[f"Cell.{name}"])
    for name in ("Aging.aging_rate", "Aging.noise_seed", "PackNetwork.contact_resistance"):
        np.testing.assert_array_equal(aged[name], new[name])
    shift = recorded.soc_shift.values
    np.testing.assert_array_equal(aged["Cell.initial_soc"], row.soc.values + (shift[-1] - shift[-2]))
    for name in ("Cell.capacity_loss", "PackNetwork.capacity_loss"):
        assert aged[name] == pytest.approx(1.0 - row.soh.values, rel=1e-12)
    assert aged["Cell.resistance_growth"] == pytest.approx(row.resistance_growth.values, rel=1e-12, abs=1e-15)
    np.testing.assert_array_equal(aged["Aging.earlier_capacity_calendar_damage"], row.calendar_damage.values)
    assert float(aged["Aging.earlier_time"]) == 2 * DAYS * 86400.0
    assert load_pack(path).cell.initial_soc == pytest.approx(aged["Cell.initial_soc"].mean(), rel=1e-15)


def test_a_run_from_the_aged_pack_ends_as_the_one_without_a_break(lived, tmp_path):
    """Within what the jumps of both runs estimate; the noise of a film adds that of jumps of other lengths.

    Both follow one path of noise, in jumps of other lengths: under constant stress, too, losses then differ by some
    0.1 % of the year's (0.3 % here), while they agree to 1e-12 where the steps are the same (`test_earlier`).
    """
    _, _, ended, recorded, (path, _) = lived
    _, continued, again = years_of(path, 1, tmp_path / "again.nc")
    whole, parted, first = row_of(recorded, 2), again.isel(time=-1), row_of(recorded, 1)
    errors = [error for error in (*ended.errors, *continued.errors) if np.isfinite(error)]
    allowed = 0.1 * sum(errors)  # the estimates are relative to the nominal loss of 0.1
    noise = 0.005 if "film_thickness" in recorded else 0.0
    assert np.all(np.abs(whole.soh - parted.soh) < allowed + noise * (first.soh - whole.soh))
    np.testing.assert_array_equal(again.soh[0], first.soh)
    assert float(again.time[-1]) == DAYS * 86400.0


def test_a_loss_that_is_above_that_of_the_film_is_kept(lived, tmp_path):
    """As where a film with noise has been thicker before the year's end."""
    path, pack, _, recorded, _ = lived
    thicker = recorded.assign(soh=recorded.soh - 1.3e-4)
    aged = starts(load_pack(save_aged(path, pack, YEARS, thicker, 1, tmp_path)))
    assert aged["Cell.capacity_loss"] == pytest.approx(1.0 - row_of(thicker, 1).soh.values, rel=1e-12)


def test_an_aged_pack_begins_at_rest(lived, tmp_path):
    """The draws of the first day's polarisation and hysteresis are not drawn again; spreads of the cells are."""
    path = tmp_path / "pack.toml"
    spreads = "initial_polarisation_sd = 0.005\ninitial_hysteresis_sd = 0.3\nhysteresis_cv = 0.1\n"
    path.write_text(lived[0].read_text().replace("[aging]", f"{spreads}[aging]"))
    pack = load_pack(path)
    new, aged = starts(pack), starts(load_pack(save_aged(path, pack, YEARS, lived[3], 1, tmp_path)))
    assert {"Cell.initial_polarisation_voltage", "Cell.initial_hysteresis"} <= new.keys() - aged.keys()
    np.testing.assert_array_equal(aged["Cell.hysteresis_scale"], new["Cell.hysteresis_scale"])


def test_an_aged_pack_ages_on_into_a_pack_file(lived, tmp_path):
    """Damages of both lives add up in the next file, and in what is told of the losses."""
    path = lived[4][0]
    pack, _, again = years_of(path, 1, tmp_path / "again.nc")
    twice = starts(load_pack(save_aged(path, pack, YEARS, again, 1, tmp_path)))
    earlier = starts(pack)["Aging.earlier_capacity_calendar_damage"]
    counted = again.calendar_damage.values[-1]
    np.testing.assert_array_equal(twice["Aging.earlier_capacity_calendar_damage"], earlier + counted)
    assert float(twice["Aging.earlier_time"]) == 2 * DAYS * 86400.0
    calendar, cycle, rest = (loss[0] for loss in life_of(pack, YEARS)(again).losses(1))
    assert calendar + cycle + rest == pytest.approx(1.0 - float(again.soh[0, 1]), rel=1e-9)


def test_an_empty_row_is_a_new_cell(lived, tmp_path):
    path, table = (tmp_path / name for name in ("aged_1y.toml", "aged_1y_cells.csv"))
    path.write_text(lived[4][0].read_text())
    rows = list(csv.reader((lived[4][0].parent / table.name).read_text().splitlines()))
    rows[2] = ["2"] + [""] * (len(rows[0]) - 1)
    table.write_text("\n".join(map(",".join, rows)))
    new, repaired, aged = starts(lived[1]), starts(load_pack(path)), starts(load_pack(lived[4][0]))
    for name in ("Cell.capacity", "Cell.resistance_scale", "Aging.aging_rate"):
        np.testing.assert_array_equal(repaired[name], new[name])
    loss, aged_loss = repaired["Cell.capacity_loss"], aged["Cell.capacity_loss"]
    assert loss[1] == 0.0 < aged_loss[1]
    np.testing.assert_array_equal(np.delete(loss, 1), np.delete(aged_loss, 1))


def test_a_year_that_was_not_run_is_refused(lived, tmp_path):
    path, pack, _, recorded, _ = lived
    for year in (0, 3):
        with pytest.raises(InputError, match=f"the run has not come to the end of year {year}; it ended after 40 d"):
            save_aged(path, pack, YEARS, recorded, year, tmp_path)
    assert list(tmp_path.iterdir()) == []
