"""One dataset per file, Python or YAML; base.py is the contract, data/ has the numbers."""
