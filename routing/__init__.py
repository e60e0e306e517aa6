"""What each device must carry: the model of a configured device, built from a policy and an address plan."""
