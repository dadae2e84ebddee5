"""How the cell of the 2013 Nissan Leaf is identified from its measured tests."""
