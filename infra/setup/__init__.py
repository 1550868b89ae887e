"""From a fresh checkout to a machine that can run, test and package: standard library only."""
