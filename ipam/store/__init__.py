"""Where an address plan is kept: read with a revision, saved only over what was read; as a text that people review in git."""
