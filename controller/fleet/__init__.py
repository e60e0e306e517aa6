"""Devices over SSH and NETCONF: asked for what they show, and nothing else; the only room that knows the libraries for it."""
