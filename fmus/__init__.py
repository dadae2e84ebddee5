"""The components themselves: each module makes one, a model with its terminals."""
