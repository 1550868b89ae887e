"""Partners (合作方): links that lead to allowed pages and keep attribution without cookies."""
