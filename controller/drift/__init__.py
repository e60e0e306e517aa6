"""What stands on the devices against what should: texts taken in, judged, and told by effect."""
