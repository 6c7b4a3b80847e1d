"""Tests of the use cases, over stores in memory: no database, no fixture."""
