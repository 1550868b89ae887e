"""Policies (保单): every version that the core system sent, the newest one current."""
