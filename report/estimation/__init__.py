"""The estimates of the battery management against what is true."""
