"""Has vendors call when a booking calendar changes: opens channels, replaces them, heeds their messages.

The messages come by webhook, `bridge/web/notify.py`. A message says only where to look; the slow
poll stays, since deliveries get lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bridge.booking.context import BookingContext
from bridge.booking.job_names import FOLLOW, WATCH
from bridge.calendars.last_answers import has_changed
from bridge.errors import OutcomeUnknown
from bridge.model import CalendarName
from bridge.store.sql import channels, jobs
from providers.base import Channel, Deadline

REPLACE_BEFORE_END = timedelta(hours=24)
LOOK_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class PushChannels:
    """The open channels; `public_url` is where vendors reach the bridge."""

    context: BookingContext
    public_url: str

    @property
    def is_possible(self) -> bool:
        """Tell whether vendors can call: they only do over https."""
        return self.public_url.startswith("https://")  # vendors refuse any other address

    def keep_open(self, calendar: CalendarName, deadline: Deadline) -> None:
        """Keep one channel of the calendar open for another day: renewed if the vendor does that, else new.

        Every other channel of it is closed. OutcomeUnknown: the vendor did not answer.
        """
        context = self.context
        with context.store.read() as connection:
            known = channels.of_calendar(connection, calendar)
        if known and known[0].expires_at - context.now() > REPLACE_BEFORE_END:
            return
        if known and (renewed := context.calendar(calendar, deadline).renew(known[0])):
            replaced = known[1:]
            with context.store.write() as connection:
                channels.set_end(connection, renewed.id, renewed.expires_at)
                jobs.schedule(
                    connection, FOLLOW, str(calendar), context.now()
                )  # what changed while nobody listened
        else:
            replaced = known
            token = context.new_id()
            address = f"{self.public_url}/notify/{calendar.provider}"
            opened = context.calendar(calendar, deadline).watch(address, token)
            if opened is None:
                return
            with context.store.write() as connection:
                channels.add(connection, calendar, opened, token)
                jobs.schedule(connection, FOLLOW, str(calendar), context.now())
        # After the new one is open: in between nobody would hear of a change.
        for channel in replaced:
            self._close(calendar, channel, deadline)

    def channel_tokens(self, provider: str, ids: Collection[str]) -> Mapping[str, str]:
        """Return the secrets that those of the channels which are open were opened with."""
        if not ids:
            return {}
        with self.context.store.read() as connection:
            found = channels.named(connection, ids)
        # One vendor's message must not pass by a channel at another.
        return {name: token for name, (calendar, token) in found.items() if calendar.provider == provider}

    def changed(self, channel_id: str, *, ends: bool) -> None:
        """Plan to look at the channel's calendar, and to renew or replace the channel if it ends."""
        context = self.context
        with context.store.write() as connection:
            found = channels.get(connection, channel_id)
            if found is None:
                return
            calendar, _ = found
            jobs.schedule(connection, FOLLOW, str(calendar), context.now())
            has_changed(connection, calendar, context.lease_now)
            if ends:
                # Kept until then: a vendor that wants it renewed would otherwise keep two of ours.
                channels.set_end(connection, channel_id, context.now())
                jobs.schedule(connection, WATCH, str(calendar), context.now())
        context.wake()

    def _close(self, calendar: CalendarName, channel: Channel, deadline: Deadline) -> None:
        with suppress(OutcomeUnknown):  # it ends by itself, and is not listened to any more
            self.context.calendar(calendar, deadline).unwatch(channel)
        with self.context.store.write() as connection:
            channels.drop(connection, channel.id)
