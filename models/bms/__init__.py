"""Battery management: sensors, estimates, limits, protection."""
