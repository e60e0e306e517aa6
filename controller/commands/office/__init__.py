"""The commands of the office: its tables made tidy, reports, what is due, what is asked."""
