"""What is said of a change of the network: its plan, who let it pass, how it is carried out, and what was written down."""
