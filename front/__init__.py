"""What a user meets first: the command `packfmu`, and the facade for Python."""
