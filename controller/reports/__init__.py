"""Values of the jobs to what people and scripts read."""
