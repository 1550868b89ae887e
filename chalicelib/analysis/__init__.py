"""Figures for decisions (客户数据分析, K1, K2): tables without personal data, service reports."""
