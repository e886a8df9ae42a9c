"""One measure per file; base.py is the contract."""
