"""Flat plots: axes, contours, trails and curves."""
