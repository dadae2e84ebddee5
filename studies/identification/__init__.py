"""Identification: the parameters of a cell from its records."""
