"""FMU files as components of a system."""
