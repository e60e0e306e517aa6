"""Sessions inside an AS: which come up, what they carry, and what nobody can say of them."""
