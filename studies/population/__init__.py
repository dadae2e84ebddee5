"""Populations of cells: distributions of process quantities, batches, dependence, and what they make of a cell."""
