"""Approvals (四眼): what needs two people waits here with its exact content for the second one."""
