"""Cells as equivalent circuits."""
