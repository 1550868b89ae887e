"""Upkeep (客户信息清理): samples, call-backs and deadlines that keep identity data good (I9)."""
