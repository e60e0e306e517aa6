"""What is wrong with registry and intents although each of them reads well."""
