"""Networks: torch modules of any number of weights, and the planes on which they are drawn."""
