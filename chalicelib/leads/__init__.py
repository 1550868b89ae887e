"""Leads (在线评估): from what a visitor needs to the agent who calls."""
