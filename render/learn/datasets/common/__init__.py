"""What the datasets share: option types, the way from clean points to a Dataset, tables."""
