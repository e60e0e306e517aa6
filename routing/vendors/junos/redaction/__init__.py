"""Which words of a Junos text are secrets, and the text without them."""
