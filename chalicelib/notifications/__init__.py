"""Notifications (短信, 邮件): written with the fact they tell of, delivered at least once."""
