"""The rules: what can happen to a case, who may do what, and what is refused. Plain Python; knows nothing of machines."""
