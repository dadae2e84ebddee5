"""Conductances, view factors, areas and volumes of simple shapes, in closed form."""
