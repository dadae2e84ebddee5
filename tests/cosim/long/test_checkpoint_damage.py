"""cosim/long/checkpoint.py: files that are damaged, of another run or of another program are refused by name."""

import sqlite3
import struct
import subprocess
import sys
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim.long.checkpoint import APPLICATION, FORMAT, rollback_journal, to_netcdf
from packfmu.cosim.results import load
from tests.cosim.long.rows import CONTENT, TORN, fill, opened, recorded, saved

ROWS = 200
"""More than one page holds."""

OTHER_SEAL = "UPDATE meta SET value = (SELECT value FROM other.meta WHERE name = 'seal') WHERE name = 'seal'"

DAMAGED = "is damaged; restore it from a copy, or remove it and start anew"

PLACES = st.integers(0, 2**24 - 1)
"""Taken modulo the size of what is damaged."""


class Whole(bytes):
    """The bytes of a file, shown by their number."""

    def __repr__(self):
        return f"<{len(self)} bytes>"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of a checkpoint."""
    path = tmp_path_factory.mktemp("whole") / "run"
    saved(path, ROWS)
    return Whole(path.read_bytes())


@pytest.fixture
def path(tmp_path, whole):
    """Return a checkpoint that may be damaged."""
    (tmp_path / "run").write_bytes(whole)
    return tmp_path / "run"


def assert_refused(path, words, identity="identity", given=None):
    data = path.read_bytes()
    with pytest.raises(InputError, match=words) as caught:
        opened(path, identity, given).load()
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == data
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def change(path, *statements):
    """Change a file as SQLite does: its structure stays intact."""
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def put(path, table, column, rowid, content):
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (content, rowid))
        database.commit()


def bit_flipped(data, bit):
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(where=st.sampled_from([("rows", "content"), ("rows", "digest"), ("parts", "content")]), place=PLACES, bit=PLACES)
def test_a_flipped_bit_of_any_value_is_refused(path, whole, where, place, bit):
    """Of each row and digest, and of each part of the state."""
    path.write_bytes(whole)
    table, column = where
    with closing(sqlite3.connect(path)) as database:
        cells = database.execute(f"SELECT rowid, {column} FROM {table} WHERE length({column}) > 0").fetchall()
    rowid, value = cells[place % len(cells)]
    put(path, table, column, rowid, bit_flipped(value, bit % (8 * len(value))))
    assert_refused(path, DAMAGED)


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE rows SET content = zeroblob(length(content)) WHERE number = 17"],
        ["UPDATE rows SET number = -1 WHERE number = 7", "UPDATE rows SET number = 7 WHERE number = 8"],
        [
            "CREATE TEMP TABLE two AS SELECT * FROM rows WHERE number IN (7, 8)",
            "UPDATE rows SET (content, digest) = (SELECT content, digest FROM two WHERE two.number = 15 - rows.number)"
            " WHERE number IN (7, 8)",
        ],
        ["DELETE FROM rows WHERE number = 199"],
        ["DELETE FROM rows WHERE number = 100"],
        ["DELETE FROM rows"],
        ["INSERT INTO rows SELECT 200, content, digest FROM rows WHERE number = 199"],
        ["UPDATE rows SET content = 1.5 WHERE number = 3"],
        ["UPDATE rows SET content = NULL WHERE number = 3"],
        ["UPDATE rows SET number = number + 1 WHERE number = 199"],
        ["DELETE FROM parts WHERE name = 'empty'"],
        ["UPDATE parts SET name = 'full' WHERE name = 'empty'"],
        ["UPDATE parts SET name = x'00' WHERE name = 'empty'"],
        ["UPDATE parts SET name = NULL WHERE name = 'empty'"],
        ["UPDATE parts SET content = 'text' WHERE name = 'empty'"],
        ["DELETE FROM parts"],
        ["UPDATE meta SET value = 'identity ' WHERE name = 'identity'"],
        ["UPDATE meta SET value = x'00' WHERE name = 'identity'"],
        ["UPDATE meta SET value = '[]' WHERE name = 'columns'"],
        ["UPDATE meta SET value = zeroblob(32) WHERE name = 'seal'"],
        ["DELETE FROM meta WHERE name = 'seal'"],
        ["DELETE FROM meta"],
        ["DROP TABLE parts"],
        ["DROP TABLE meta"],
    ],
    ids=lambda statements: statements[-1][:40],
)
def test_what_was_changed_within_sqlite_is_refused(path, statements):
    change(path, *statements)
    assert_refused(path, DAMAGED)


@pytest.mark.parametrize("also_seal", [False, True], ids=["rows", "rows and seal"])
def test_rows_of_another_run_are_refused(path, tmp_path_factory, also_seal):
    """The same rows, with the same state after them, of a run with another identity."""
    other = tmp_path_factory.mktemp("other") / "run"
    saved(other, ROWS, identity="theirs")
    statements = ["DELETE FROM rows", "INSERT INTO rows SELECT * FROM other.rows"]
    if also_seal:
        statements.append(
            "UPDATE meta SET value = (SELECT value FROM other.meta WHERE name = 'seal') WHERE name = 'seal'"
        )
    change(path, f"ATTACH '{other}' AS other", *statements)
    assert_refused(path, DAMAGED)


def test_the_state_of_an_earlier_checkpoint_is_refused(path, tmp_path_factory):
    earlier = tmp_path_factory.mktemp("earlier") / "run"
    saved(earlier, ROWS - 1)
    change(path, f"ATTACH '{earlier}' AS other", OTHER_SEAL)
    assert_refused(path, DAMAGED)


def test_a_checkpoint_of_another_run_is_refused(path):
    foreign = "belongs to another run: that was given other FMUs, another system or duty, or other settings; start anew"
    assert_refused(path, foreign, "theirs")
    assert_refused(path, foreign, given=recorded()[:2])
    assert_refused(path, foreign, given=recorded()[::-1])
    assert opened(path).load() == CONTENT


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=PLACES)
def test_a_cut_file_is_refused(path, whole, place):
    path.write_bytes(whole[: place % len(whole)])
    assert_refused(path, "is damaged|is not a checkpoint")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(place=PLACES, mask=st.integers(1, 255))
def test_a_flipped_byte_of_the_file_is_refused_or_changes_nothing(path, whole, place, mask):
    """SQLite leaves gaps in a file, and counters in its header that it does not need: the run goes on as it would."""
    place %= len(whole)
    path.write_bytes(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
    checkpoint = opened(path)
    try:
        content = checkpoint.load()
    except InputError:
        assert_refused(path, "is damaged|is not a checkpoint|has the format|cannot be read")
        return
    assert content == CONTENT
    fill(checkpoint, ROWS, ROWS + 50)
    checkpoint.save({"state": bytes(20_000)})
    assert opened(path).load() == {"state": bytes(20_000)}
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_zeros_where_a_page_was_or_to_the_end_of_the_file_are_refused(path, whole):
    """What a loss of power, or two programs that write one file, leave of it."""
    page = int.from_bytes(whole[16:18], "big")
    assert len(whole) >= 10 * page
    for begin in range(0, len(whole), page):
        for end in (begin + page, len(whole)):
            path.write_bytes(whole[:begin] + bytes(end - begin) + whole[end:])
            assert_refused(path, "is damaged|is not a checkpoint")


@pytest.mark.parametrize("place", [18, 19])
def test_a_file_that_sqlite_would_write_or_read_otherwise_is_refused(path, whole, place):
    path.write_bytes(whole[:place] + b"\x02" + whole[place + 1 :])
    assert_refused(path, DAMAGED)


def test_a_name_that_is_no_text_is_refused(path, whole):
    """SQLite repeats it in its message, which Python then cannot decode."""
    assert whole.count(b"CREATE TABLE parts") == 1
    path.write_bytes(whole.replace(b"CREATE TABLE parts", b"CREATE TAB\xa0E parts"))
    assert_refused(path, DAMAGED)


def test_an_appended_byte_is_refused(path, whole):
    path.write_bytes(whole + b"\0")
    assert_refused(path, DAMAGED)


def test_another_version_is_refused_by_its_number(path, whole):
    later = bytearray(whole)
    struct.pack_into(">I", later, 60, 7)  # where SQLite keeps the user version
    path.write_bytes(later)
    assert_refused(path, f"has the format 7, not {FORMAT}: another version of packfmu wrote it")


@pytest.mark.parametrize("application", [0, APPLICATION + 1])
def test_a_database_of_another_program_is_refused(path, application):
    change(path, f"PRAGMA application_id = {application}")
    assert_refused(path, "run is not a checkpoint of packfmu; name one, or start anew in another folder")


@pytest.mark.parametrize("text", [b"", b"notes", b"packfmu checkpoint\n" + bytes(200)])
def test_something_else_is_refused(path, text):
    path.write_bytes(text)
    assert_refused(path, "run is not a checkpoint of packfmu")


def test_a_file_without_its_rollback_journal_is_refused(path, whole):
    """A copy that was taken in the midst of a transaction: half of its pages are new."""
    checkpoint = opened(path)
    checkpoint.load()
    fill(checkpoint, ROWS, 2 * ROWS)
    checkpoint.save({"state": bytes(50_000)})
    later = path.read_bytes()
    path.write_bytes(later[:8192] + whole[8192:])
    assert_refused(path, DAMAGED)


def test_a_rollback_journal_of_another_file_does_no_silent_harm(path, tmp_path_factory):
    """Whoever puts a copy beside a hot journal gets a file that SQLite rolls back: the chain notices."""
    place = tmp_path_factory.mktemp("killed")
    saved(place / "run", 20)
    subprocess.run([sys.executable, "-c", TORN, str(place / "run")], check=False)
    rollback_journal(path).write_bytes(rollback_journal(place / "run").read_bytes())
    with pytest.raises(InputError, match=DAMAGED):
        opened(path).load()


def test_damage_that_comes_after_the_start_is_refused_by_the_conversion(path, tmp_path):
    checkpoint = opened(path)
    checkpoint.load()
    change(path, "UPDATE rows SET content = zeroblob(length(content)) WHERE number = 150")
    with pytest.raises(InputError, match=DAMAGED):
        to_netcdf(checkpoint, tmp_path / "run.nc")
    change(path, "DELETE FROM rows WHERE number >= 150")
    with pytest.raises(InputError, match=DAMAGED):
        to_netcdf(checkpoint, tmp_path / "run.nc")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["run", "run.nc"]
    assert load(tmp_path / "run.nc").attrs["complete"] == 0
