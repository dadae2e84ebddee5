"""Tables as text, made of rows of numbers."""

HEADERS = ("time [s]", "current [A]", "voltage [V]", "surface temperature [degC]")


def rows_of(count):
    """Return good rows under `HEADERS`, irregular in time."""
    return [[f"{0.75 * i + 0.25 * (i % 3)}", f"{(i * 7) % 11 - 5}", f"3.{i % 10}", f"2{i % 10}"] for i in range(count)]


def csv_of(rows, headers=HEADERS, separator=","):
    """Return a table as text."""
    return "\n".join(separator.join(row) for row in [headers, *rows]) + "\n"
