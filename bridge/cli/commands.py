"""Which commands there are, told without loading one: `bridge --help` is answered at once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

import click


class Entry(NamedTuple):
    """A command: the module of `bridge.cli` that holds it, and what it does in one sentence."""

    module: str
    summary: str


SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "To try it out": {
        "demo": Entry("demo", "Run a bridge on embedded calendars with a small team, until stopped."),
        "request": Entry("request", "Send a signed request as telli does, and show the answer."),
    },
    "To set it up": {
        "init": Entry("setup", "Write a working configuration with generated secrets."),
        "calendars": Entry("calendars", "List each account's calendars, with the names to copy."),
        "check": Entry("check", "Try everything a call will need."),
        "admin-password": Entry("setup", "Ask for a password and print its hash for the configuration."),
        "migrate": Entry("setup", "Bring the database up to date."),
        "local": Entry("local", "Work with the embedded calendars."),
        "serve": Entry("serve", "Serve the bridge, until stopped."),
        "reload": Entry("serve", "Have the running server check and take the changed configuration."),
        "worker": Entry("worker", "Do the background work in a process of its own, until stopped."),
    },
    "To keep it well": {
        "alerts": Entry("alerts", "List what needs a person, or close it by hand."),
        "followups": Entry("follow_ups", "List what waits to be told of bookings; send again or drop."),
        "calls": Entry("calls", "List what was asked and answered, and of a refusal why."),
        "backup": Entry("backup", "Write everything the database holds into a file."),
        "restore": Entry("backup", "Put back what a backup holds, into an empty database."),
        "export": Entry("privacy", "Print all that is stored about a caller."),
        "forget": Entry("privacy", "Remove what is stored about a caller."),
        "invite": Entry("invite", "Print a link by which a host connects their own account."),
        "feed": Entry("local", "Print the secret address of a host's embedded calendar, or renew it."),
        "version": Entry("version", "Show which version this is, and where its code lies."),
    },
    "To see what is offered": {
        "slots": Entry("slots", "Show what /available would answer now, or then."),
        "explain": Entry("explain", "Show for every host which rules allow or forbid a start."),
        "team": Entry("team", "Show who of a team is due, and why."),
    },
    "To work with bookings": {
        "bookings": Entry("bookings", "List the coming bookings."),
        "find": Entry("slots", "Find the times nearest to a wish."),
        "book": Entry("bookings", "Book an appointment."),
        "reschedule": Entry("bookings", "Move a booking to another start."),
        "cancel": Entry("bookings", "Cancel a booking."),
        "deletions": Entry("deletions", "Decide about appointments deleted many at once in a calendar."),
        "no-show": Entry("team", "Record that a caller did not come, or take it back."),
    },
}
ENTRIES: Mapping[str, Entry] = {
    name: entry for section in SECTIONS.values() for name, entry in section.items()
}


class Commands(click.Group):
    """A group that loads a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name."""
        return list(ENTRIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is no such one."""
        entry = ENTRIES.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"bridge.cli.{entry.module}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; a misspelt one is answered with the likely one."""
        if args and args[0] not in ENTRIES and not args[0].startswith("-"):
            near = get_close_matches(args[0], ENTRIES, n=1)
            hint = f"did you mean `bridge {near[0]}`?" if near else "`bridge --help` lists them."
            ctx.fail(f'There is no command "{args[0][:40]}"; {hint}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by what they are for."""
        for heading, entries in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, entry.summary) for name, entry in entries.items()])

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command that the words name, and end with its exit code."""
        from bridge.cli.failures import run

        return run(super().main, *args, **extra)
