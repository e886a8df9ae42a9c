"""What can be typed: a file is a command, found by its name.

Its docstring's first line is its description, `arguments(parser)` declares what it takes,
`run(arguments)` does it and returns the exit code. Importing one imports nothing heavy.
"""
