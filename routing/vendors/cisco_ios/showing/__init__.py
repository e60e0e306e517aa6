"""What a device shows when it is asked: its text, its tables, and by what its texts are known."""
