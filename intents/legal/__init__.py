"""What the law asks of a network besides the network: the office's registers, and what is waived."""
