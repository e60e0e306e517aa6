"""What becomes of units, organisations, sites and attachments when the units of a province are drawn anew."""
