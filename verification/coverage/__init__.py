"""What proofs rest on: lines that no question would miss, and lines without which a packet would not arrive."""
