"""Registers that nobody changes unseen: sealed day by day, signed, verified by anyone (R4, A4)."""
