"""What a reorganisation of units does to equipment, to the tables of a workspace, and to each prefix of its lockfile."""
