"""The text of a Junos device to a `Device`."""
