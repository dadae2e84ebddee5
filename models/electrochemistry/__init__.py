"""What cells of physics are made of: materials, particles, electrolyte, kinetics, lithium, heat."""
