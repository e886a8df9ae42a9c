"""Moments in, frames out; the only room with matplotlib."""
