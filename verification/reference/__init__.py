"""The dull meaning: one packet, every way that it may take, and whether it is allowed."""
