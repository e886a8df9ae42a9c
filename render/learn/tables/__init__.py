"""Tables of numbers in CSV files, as people write them."""
