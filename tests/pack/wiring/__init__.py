"""How a pack is wired, through its file."""
