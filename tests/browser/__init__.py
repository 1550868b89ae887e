"""The public pages in a real browser: every state, both languages, keyboard, phone."""
