"""What the regulation asks of a workspace beside its network: registers held against registry and equipment of one day."""
