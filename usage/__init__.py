"""How a pack is used: profiles, experiments in steps, and years of them."""
