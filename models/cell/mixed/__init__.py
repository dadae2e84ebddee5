"""Cells of several kinds in one pack: each kind steps by its own model, and the cells are seen in their order."""
