"""One module a question of the policy or of the network: from evidence to findings of fact."""
