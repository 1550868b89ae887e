"""Staff (内部人员): who signs in, with which roles, and how far each route reaches for them."""
