"""Tables as text: lines, separators, decimal signs and encodings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.records.csv_text import open_csv
from packfmu.records.table import Repeated, read_table
from tests.records.tables import HEADERS, csv_of, rows_of

WANTED = ("current", "voltage", "surface_temperature")


def read(folder, text):
    (folder / "table.csv").write_text(text, encoding="utf-8")
    return read_table(folder / "table.csv", WANTED, Repeated.LAST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("texts")


@given(
    st.lists(
        st.lists(
            st.sampled_from(["1", "-2.5", "3e2", " 4", ".5", "6.", "x", "", "nan", "1_0", "7,5"]),
            min_size=2,
            max_size=3,
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(",;"),
)
def test_both_ways_through_the_reader_take_and_refuse_the_same(folder, rows, separator):
    """Quotes round a header take the way that looks at each cell; without them numpy reads all."""
    ended = []
    for header in ("a,b", '"a","b"'):
        (folder / "both.csv").write_text(csv_of(rows, header.split(","), separator), encoding="utf-8")
        try:
            cells = open_csv(folder / "both.csv").read((0, 1), ())
        except InputError as error:
            ended.append(str(error))
        else:
            ended.append([cells.rows.tolist(), *(column.tolist() for column in cells.numbers.values())])
    assert ended[0] == ended[1]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=20), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_lines_are_counted_as_an_editor_does(folder, blanks, separator, quoted):
    """Empty lines, comments before the header and quotes change no row's number."""
    lines = ["# made up", "", separator.join(f'"{each}"' for each in HEADERS)]
    expected = []
    for blank, row in zip(blanks, rows_of(len(blanks)), strict=True):
        lines += [""] * blank + [separator.join(f'"{cell}"' if quoted else cell for cell in row)]
        expected.append(len(lines))
    table = read(folder, "\r\n".join(lines))
    assert table.rows.tolist() == expected
    assert table.values["voltage"].tolist() == [float(row[2]) for row in rows_of(len(blanks))]


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20), st.booleans())
def test_numbers_keep_their_bits_on_both_ways_through_the_reader(folder, numbers, slowly):
    """A quote anywhere takes the way that looks at each cell; without one numpy reads all."""
    rows = [[f"{i}", repr(number)] for i, number in enumerate(numbers)]
    text = csv_of(rows, ('"time [s]"' if slowly else "time [s]", "current [A]"))
    assert read(folder, text).values["current"].tolist() == numbers


def test_another_encoding_and_an_unknown_suffix_are_refused(folder):
    path = folder / "latin.csv"
    path.write_bytes("time [s],surface temperature [°C]\n1,2\n".encode("cp1252"))
    with pytest.raises(InputError, match="line 1: is not UTF-8; save the file with that encoding"):
        read_table(path, WANTED, Repeated.LAST)
    with pytest.raises(InputError, match=r"'\.xlsx' tells no known format; known are \.csv"):
        read_table(folder / "table.xlsx", WANTED, Repeated.LAST)


def test_european_tables_have_decimal_commas(folder):
    table = read(folder, "time [s];current [A]\n0;1,5\n1;-2,25e1\n")
    assert table.values["current"].tolist() == [1.5, -22.5]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(folder):
    path = folder / "large.csv"
    with path.open("wb") as file:
        file.truncate(2**28 + 1)
    with pytest.raises(InputError, match="it has 268435457 bytes or more; at most 268435456 are taken"):
        read_table(path, WANTED, Repeated.LAST)
    path.unlink()


PIECES = [
    "time [s]",
    "current [A]",
    "voltage [V]",
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    '"',
    "#",
    "1",
    "-2.5",
    "1e9",
    "x",
    "\x00",
    " ",
    "µ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_a_table_or_refused_in_one_line(folder, text):
    told, table = "", None
    try:
        table = read(folder, text)
    except InputError as error:
        told = str(error)
    assert told.isprintable()
    assert bool(told) == (table is None)


@pytest.mark.parametrize("long", [" " * 100_000 + "[", "1" * 100_000 + "x", "(" * 100_000])
def test_long_headers_and_cells_take_no_time(folder, long):
    """Patterns with two ways to match a letter would take hours."""
    assert read(folder, f"time [s],current [A],x{long}\n0,1,2\n").values["current"].tolist() == [1.0]
    with pytest.raises(InputError, match=r"line 2, column 'current \[A\]': .* is no number"):
        read(folder, f"time [s],current [A]\n0,{long}\n")


def test_a_table_of_countless_columns_is_refused(folder):
    with pytest.raises(InputError, match="line 1: has 10003 columns; at most 10000 are taken"):
        read(folder, "time [s],current [A]" + "," * 10_001 + "\n")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_named_by_its_mark(folder, encoding):
    path = folder / "wide.csv"
    path.write_bytes("\ufefftime [s],current [A]\n0,1\n".encode(encoding))
    with pytest.raises(InputError, match=r"wide.csv: is in UTF-16, as its byte-order mark tells; save it as UTF-8"):
        read_table(path, WANTED, Repeated.LAST)


@pytest.mark.parametrize("first", ["sep=;\n", "sep=;\r\n", '"sep=;"\n', "\ufeffsep=;\n"])
def test_a_first_line_of_excel_tells_the_separator(folder, first):
    table = read(folder, first + "time [s];current [A]\n0;1,5\n1;2\n")
    assert (table.values["current"].tolist(), table.rows.tolist()) == ([1.5, 2.0], [3, 4])
    assert read(folder, "sep=,\ntime [s],current [A],a;b\n0,1.5,\n").values["current"].tolist() == [1.5]
