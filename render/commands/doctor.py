"""Look whether all that films need is here, and say what to do where it isn't."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from render.commands.common.saying import columns, say, say_json

if TYPE_CHECKING:
    from render.commands.common.checkup import Finding


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where films would go."""
    add = parser.add_argument
    add("--out", default="outputs", metavar="DIR", help="folder of the films (outputs)")
    add("--json", action="store_true", help="for programs")
    parser.epilog = "Exit code 1 where something keeps films from being made."


def run(arguments: argparse.Namespace) -> int:
    """Print it; 1 where no film can be made."""
    from render.commands.common.checkup import software
    from render.commands.common.machine import machine

    findings = [*software(), *machine(Path(arguments.out))]
    status = int(any(finding.fatal for finding in findings))
    if arguments.json:
        say_json({"ok": not status, "findings": [asdict(finding) for finding in findings]})
    elif not arguments.quiet:
        say("\n".join(_report(findings)))
    return status


def _report(findings: list[Finding]) -> list[str]:
    """A line for each thing, then what to do about the problems."""
    lines = columns([(_mark(f), f.name, f.found) for f in findings])
    problems = [finding for finding in findings if finding.remedy]
    if not problems:
        return [*lines, "", "All is well: films can be made here."]
    fatal = any(finding.fatal for finding in problems)
    head = "Films can't be made here yet:" if fatal else "Films can be made here, but:"
    told = [
        f"  {problem.name.strip()}: {problem.found}\n    {problem.remedy}" for problem in problems
    ]
    return [*lines, "", head, *told]


def _mark(finding: Finding) -> str:
    return "NO" if finding.fatal else "!" if finding.remedy else "ok"
