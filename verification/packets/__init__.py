"""Sets of packets: their algebra, what lists of entries admit, what is permitted."""
