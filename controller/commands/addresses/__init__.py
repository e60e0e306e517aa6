"""`truc ipam` and `truc netbox`: the address plan as people see and bring it."""
