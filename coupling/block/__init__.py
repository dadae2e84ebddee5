"""Several components as one block: a plan over them becomes a model of its own."""
