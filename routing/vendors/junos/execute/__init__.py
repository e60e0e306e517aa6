"""What a Junos device does with a line: statements of the candidate, and a commit that makes it the running text."""
