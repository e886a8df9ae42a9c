"""One output format per file; ../base.py is the contract."""
