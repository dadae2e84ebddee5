"""Switching converters: their periods, averages and operating points."""
