"""Quarterly reports (季度报告): forms A3 to A6, never overwritten, signed by two people (R5)."""
