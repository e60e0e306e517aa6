"""What devices carry against what they should: differences that mean something, and what they open, cut and weaken."""
