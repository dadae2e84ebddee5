"""Files of the Battery Parameter eXchange, made cells of physics."""
