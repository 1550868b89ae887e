"""Contacts (联系信息): telephone numbers accumulate with source and date, wrong ones are marked."""
