"""Routes of all devices, computed from their texts, in the whole network and under failures."""
