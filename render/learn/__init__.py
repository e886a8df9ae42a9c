"""Training and the loss around it: the only folder that imports torch."""
