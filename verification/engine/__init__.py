"""The judge that sees all flows: its routing states and its answers."""
