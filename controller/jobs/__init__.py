"""What commands do, as chains of values that know nothing of terminals."""
