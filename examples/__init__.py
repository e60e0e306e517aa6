"""Example workspaces and the script that makes the big one."""
