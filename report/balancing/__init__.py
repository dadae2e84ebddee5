"""Balancers on one pack, compared: how fast each was, and what it cost."""
