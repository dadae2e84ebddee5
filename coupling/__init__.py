"""What is connected, when it steps, what is handed on; the same as one block. No physics."""
