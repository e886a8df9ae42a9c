"""The words of a film: alternative text, cues for players, and the files that hold them."""
