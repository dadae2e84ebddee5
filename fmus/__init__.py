"""The FMI face of the models."""
