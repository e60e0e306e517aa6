"""What a change of texts opens and cuts."""
