"""Background work: the sequencer of the log, and the sweeper of what is past its life."""
