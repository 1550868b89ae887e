"""Runs a program that the kernel kills with its parent, however the parent ends.

usage: python -I -S tether.py PARENT_PID PROGRAM [ARGUMENT …]

Run as a script of its own: a `preexec_fn` runs Python between fork and exec, which is unsafe once
the parent has threads, and CPython warns of it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, command: list[str]) -> None:
    """Becomes the command, tied to `parent`; ends at once if that has already gone."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit("the parent has gone")
    os.execvp(command[0], command)  # noqa: S606 - becoming the program is the point; no shell


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
