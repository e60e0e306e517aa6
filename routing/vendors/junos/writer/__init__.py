"""A `Device` to the text of a Junos device."""
