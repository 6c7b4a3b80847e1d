"""The rules: what can happen to a case, who may do what, and what is refused. Plain Python, which knows no machine."""
