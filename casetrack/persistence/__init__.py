"""How each thing is kept: one module per thing, and the one place where a transaction begins and ends."""
