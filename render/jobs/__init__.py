"""Jobs: the films of a command or a batch, the processes that make them, and their reports."""
