"""The stack on one machine: the same handlers, called with the events that AWS would send."""
