"""The stores in memory: real implementations of every port, held to the same tests as PostgreSQL's."""
