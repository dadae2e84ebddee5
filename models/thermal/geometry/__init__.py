"""Conductances from shapes: what lies between cells of a row, a grid or a hexagonal arrangement."""
