"""What an IOS-XE device does with a line: text to state, a line to the next state, state to text."""
