"""One module a command: from checked arguments to an exit code."""
