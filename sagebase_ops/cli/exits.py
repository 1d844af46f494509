"""What a run's end means to the shell. Fixed by design: scripts rely on it."""

FINE = 0
FAILED = 1
MISTAKE = 2
COULD_NOT_LOOK = 3
INTERRUPTED = 130
