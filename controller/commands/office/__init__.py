"""The commands of the office: reports, what is due, what is asked."""
