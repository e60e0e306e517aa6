"""Real packets beside the proof: from hosts that stand in the network, before a change, during it and behind it."""
