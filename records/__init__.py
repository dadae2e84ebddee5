"""Records: tables of measured or planned values over time, read and checked row by row."""
