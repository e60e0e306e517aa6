"""A `Device` to the text of an IOS-XE device."""
