"""Reads YAML into a frozen Spec, or reports every problem of a file with line and column."""
