"""Which words of an IOS-XE text are secrets, and the text without them."""
