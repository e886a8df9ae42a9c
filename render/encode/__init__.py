"""Frames and numbers in, whole files out; the only room that runs ffmpeg."""
