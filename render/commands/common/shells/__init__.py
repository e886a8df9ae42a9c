"""A grammar in, a shell's completion script out; a file is a shell, found by its name."""
