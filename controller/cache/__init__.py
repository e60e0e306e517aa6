"""What was worked out before and need not be again: values -> a file in the user's cache folder, and back."""
