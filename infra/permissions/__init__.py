"""What each function may do, held against what it does.

The local stack and the tests refuse a call that the function's policy file does not allow, in
AWS's words, so that a missing permission is met on one machine and not after a deployment.
"""
