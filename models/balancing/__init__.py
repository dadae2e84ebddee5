"""Balancers: bleed resistors, and converters that move charge."""
