"""What is wanted: who exists, what they ask for, and the policy it all means."""
