"""Writes the files of a film. The only room that runs ffmpeg."""
