"""The cells of a pack: files of a kind of cell, and tables of single cells."""
