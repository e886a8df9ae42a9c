"""Runs in, what their film tells in words and when out; and the files that draw nothing."""
