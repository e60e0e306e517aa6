"""Texts looked at without any intent: what tables they make, how a packet fares, and where nothing may be said."""
