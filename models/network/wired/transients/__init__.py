"""What happens within a step: inductances, fuses and their arcs, in sub-steps."""
