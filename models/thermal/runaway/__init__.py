"""Thermal runaway: the reactions by which a cell decomposes, and what they lead to."""
