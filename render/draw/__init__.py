"""Draws the frame of each moment. The only folder that imports Matplotlib."""
