"""Change the network safely: plan, approve, apply, and the command line."""
