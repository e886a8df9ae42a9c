"""The commands: one per file, found by its name.

The first line of the file's docstring describes the command, `arguments(parser)` declares its
arguments, `run(arguments)` runs it and returns the exit code. Importing it imports nothing
heavy, because `--help` imports all of them.
"""
