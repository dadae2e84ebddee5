"""How a pack is wired where it is more than groups in series: tables of the pack file, and their netlist."""
