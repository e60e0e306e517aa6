"""What an office reports: figures and tables from the workspace of a day, each with the objects that it was counted from."""
