"""Everything that makes a network. The judge never imports it."""
