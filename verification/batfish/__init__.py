"""The second judge: Batfish is asked the same questions about the same texts."""
