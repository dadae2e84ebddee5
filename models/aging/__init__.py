"""Aging of cells: laws, film growth, plating."""
