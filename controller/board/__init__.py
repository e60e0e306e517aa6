"""The page that a change-review board reads."""
