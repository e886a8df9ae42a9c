"""One optimizer per file; base.py is the contract."""
