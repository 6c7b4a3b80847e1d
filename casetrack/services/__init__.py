"""What people come here to do: one module a noun, and the unit of work through which each case is opened."""
