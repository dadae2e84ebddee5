"""Cells of physics: single particles, and porous electrodes."""
