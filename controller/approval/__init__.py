"""Who may let a plan be carried out, and whether they did: signatures held against the rules that stood before the plan."""
