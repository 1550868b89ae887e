"""The local stack's own suite."""
