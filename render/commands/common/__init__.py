"""What several commands share: configs and their options, output, names that can be listed."""
