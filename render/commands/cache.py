"""Say what is kept of films made before, or remove it."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do with it."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--info", action="store_true", help="folder, entries and size (usual)")
    one.add_argument("--clear", action="store_true", help="remove all of it")


def run(arguments: argparse.Namespace) -> int:
    """Always 0. Raises ConfigError for a limit that is no number."""
    from render.cache.store import FOLDER, LIMIT, clear, count_entries, default_store
    from render.commands.common.output import columns, say

    store = default_store()
    if store.folder is None:
        if not arguments.quiet:
            say(f"no cache: {FOLDER} names no folder")
        return 0
    if arguments.clear:
        freed = clear(store.folder)
        if not arguments.quiet:
            say(f"{store.folder}: {_size(freed)} removed")
        return 0
    counts = count_entries(store.folder)
    rows = [[kept.stage, f"{kept.entries:,}", _size(kept.bytes)] for kept in counts]
    total = sum(kept.bytes for kept in counts)
    say(f"{store.folder} ({FOLDER} names another)")
    say("\n".join(columns(rows, indent="  ")))
    say(f"{_size(total)} of at most {_size(store.limit_bytes)} ({LIMIT} sets it)")
    return 0


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"
