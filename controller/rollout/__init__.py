"""How a network is changed: steps of each device, the proof of every state between them, and the plan that a board signs."""
