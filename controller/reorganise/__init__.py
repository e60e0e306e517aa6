"""A workspace before a reorganisation of units -> the workspace after it, and what that does to everybody's access."""
