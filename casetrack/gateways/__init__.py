"""The outside world: what casetrack asks of libraries and services that know something of it."""
