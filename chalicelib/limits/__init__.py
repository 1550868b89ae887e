"""Limits (查询限制): how often somebody may fail before he has to work, and then to wait (Q4)."""
