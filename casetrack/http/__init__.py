"""What the two doors share: who is signed in, the unit of work of a request, refusals as answers, headers."""
