"""Background work: the sequencer of the log."""
