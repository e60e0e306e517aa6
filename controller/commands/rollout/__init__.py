"""Commands that lead to a change of devices: planning it, approving it."""
