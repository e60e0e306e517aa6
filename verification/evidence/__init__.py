"""What a judge is given, and what is derived from it once."""
