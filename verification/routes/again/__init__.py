"""Routes of a network that differs in little from one whose routes are settled: what of them is kept."""
