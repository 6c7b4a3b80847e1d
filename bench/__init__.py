"""How fast casetrack is, measured on the machine at hand: run by `make bench`, explained in docs/performance.md.

Nothing here is a test: a time that is asserted fails on somebody else's machine and says nothing on one's own.
"""
