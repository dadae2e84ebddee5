"""What makes an FMU of any model."""
