"""What themes share: not themes themselves."""
