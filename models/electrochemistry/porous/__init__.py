"""Porous electrodes: particles, solid and electrolyte in finite volumes across a cell."""
