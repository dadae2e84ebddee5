"""Heat between the cells of a pack and what surrounds them, along any graph of nodes and conductances."""
