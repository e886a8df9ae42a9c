"""YAML in, a frozen Spec out; every problem of a file at once, with line and column."""
