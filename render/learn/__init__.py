"""Trains, and computes the loss around a run. The only folder that imports torch."""
