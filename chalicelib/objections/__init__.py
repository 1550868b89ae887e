"""Objections (异议): what a customer was shown is not so, he says; a register that only grows."""
