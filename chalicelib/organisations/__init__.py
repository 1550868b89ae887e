"""Organisations (机构), agents (业务员) and intermediaries (中介): who sells and who serves."""
