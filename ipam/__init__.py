"""Who has which address: equipment, the address plan, and allocation that never moves what exists."""
