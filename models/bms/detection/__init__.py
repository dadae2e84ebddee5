"""Detection of what fails: cells that open, internal shorts, and the insulation to the chassis."""
