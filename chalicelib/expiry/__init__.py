"""Expiry lists (到期清单): whose cover ends when, whom to call, what is at stake."""
