"""The text of an IOS-XE device to a `Device`."""
