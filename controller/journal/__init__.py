"""What happened, when, by whom: a file that only grows, each line bound to the one before it."""
