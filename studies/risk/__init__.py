"""How often a pack fails, what that takes of a cell, and which quantities matter."""
