"""One shell per file; base.py has what each of them writes as its script."""
