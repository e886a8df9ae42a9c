"""The only room with torch: datasets, models, losses, optimizers, the loop, the landscape."""
