"""One loss per file; base.py is the contract."""
