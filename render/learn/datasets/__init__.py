"""One dataset per file; base.py is the contract."""
