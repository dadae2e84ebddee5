"""Blocks: named fields in one piece of memory, whatever their sizes."""
