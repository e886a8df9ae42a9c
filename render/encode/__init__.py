"""Writes the files of a film. The only folder that runs ffmpeg."""
