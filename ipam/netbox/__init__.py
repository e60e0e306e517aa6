"""The address plan as objects of a NetBox: which line is which object, read whole or refused, compared and written."""
