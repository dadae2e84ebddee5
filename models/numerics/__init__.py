"""Numerical methods that several effects use."""
