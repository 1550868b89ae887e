"""Attachments (理赔资料): what people send for a claim, checked before anybody gets to see it."""
