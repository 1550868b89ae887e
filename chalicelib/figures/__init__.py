"""Figures of a day (日汇总): counted from its events, again at any time, and kept (R5)."""
