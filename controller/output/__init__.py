"""What commands say it with: words, exit codes, a terminal, JSON Lines."""
