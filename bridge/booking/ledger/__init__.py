"""Every change of a booking's state: each one function, one transaction. Nobody else changes one.

            ┌───────────── hold at once ─────────────┐
            │                                        v
    nothing ┴─ hold ──> held ──────── confirm ──────> confirmed ── cancel ──> cancelled <── cancel ──┐
                        │  :                            │  │ └─── cancel_deleted ─────────────────> deleted
                        │  :                            │  │                         confirmed <── revive ──┘
                   fail │  : let_go, or      begin_move │  └── mark_no_show ──> no_show ── undo_no_show ──┐
                        v  v its lease ends             v                                                │
                  failed   left ── take_over ──> held   changing ── complete_move, abandon_move ──> confirmed
                     ^      │                           : its lease ends                                 ^
                     └──────┘ give_up                   v                                                │
                                                        stuck ── give_up ────────────────────────────────┘

Who works on a booking owns it, by a token with a lease: `held`, and `changing`, which is the state confirmed
with an owner. When the lease is over they are `left` and `stuck`. A cancelled booking whose event a person
deleted is `deleted`, by its row of deletions: the event may come back. Every arrow:

    arrow           from              to         claims  writes
    hold            nothing           held       now     open
    hold at once    nothing           confirmed  now     done
    take_other      held              held       now     gone open
    take_other      left              left       now     gone open
    confirm         held left         confirmed  now     done
    affirm          confirmed         confirmed  now     done
    affirm          changing          changing   both    done open
    affirm          stuck             stuck      both    done open
    fail            held left         failed     none    gone
    let_go          held left         left       now     open
    take_over       left              held       now     open
    give_up         left              failed     none    unwanted
    begin_move      confirmed         changing   both    done open
    complete_move   changing stuck    confirmed  new     gone done
    abandon_move    changing stuck    confirmed  now     done gone
    give_up         stuck             confirmed  now     done unwanted
    follow_move     confirmed         confirmed  new     done
    relocate        confirmed         confirmed  now     done
    correct         confirmed         confirmed  now     done
    cancel          confirmed         cancelled  none    unwanted
    cancel          changing stuck    cancelled  none    unwanted unwanted
    cancel          deleted           cancelled  none    gone
    take_back       confirmed         cancelled  none    unwanted
    move_back       confirmed         confirmed  now     done unwanted
    cancel_deleted  confirmed         deleted    none    gone
    revive          deleted           confirmed  now     done
    begin_put_back  confirmed         changing   now     done open
    complete_put_back  changing stuck  confirmed  now    unwanted done
    mark_no_show    confirmed         no_show    none    done
    mark_no_show    changing stuck    no_show    none    done unwanted
    undo_no_show    no_show           confirmed  now     done

To hold at once is to hold and to confirm by one commit, which makes the event too: where the calendar is
embedded, and nobody is asked in between. An embedded calendar that refuses, or whose answer has aged, and
every other is asked between two commits, so that whatever is killed then leaves a hold to be looked after.

Where the answer of hold at once, confirm or complete_move is still unknown when the caller's time is over,
the caller hears "failed", and so it must be: take_back and move_back undo it when the database is back,
unless a success was told since: confirm, complete_move, correct and affirm write down of which version their
caller hears. While the booking is not of the version told to have failed yet (the commit may still arrive)
they wait; a booking that is not there is none, since take_back waits for the transaction that was to hold it.

A move to other hosts, or to a service with another kind of meeting, makes another event: its old write then
ends unwanted, not gone. A lease that is over takes nothing from the owner until somebody else has taken the
booking. Whoever finds in confirm or complete_move that it is theirs no more marks their own write unwanted,
and changes nothing else; abandon_move records what is known of its own write, whoever has the booking by now.
`borrowed` owns a confirmed or no-show booking for a while, and changes nothing of it.

What follows from a change that people notice is added in change.record_change, in its transaction.
"""

from bridge.booking.ledger.calendars import claim_calendars, learn_identity
from bridge.booking.ledger.change import checked_calendars, on_the_day, standing_write, with_event
from bridge.booking.ledger.corrections import correct, record_amendment
from bridge.booking.ledger.deletions import (
    MOST_DELETIONS,
    REST,
    begin_put_back,
    cancel_deleted,
    complete_put_back,
    decide,
    disown_returned,
    record_gone,
    revive,
    withdraw,
)
from bridge.booking.ledger.ends import cancel, mark_no_show, take_back, undo_no_show
from bridge.booking.ledger.entries import (
    Entry,
    not_reserved,
    record_entry,
    record_entry_gone,
    wanted_entries,
)
from bridge.booking.ledger.events import (
    borrowed,
    record_link,
    record_meeting,
    record_put_back,
    record_removal,
)
from bridge.booking.ledger.holds import AtOnce, Hold, confirm, hold, take_other
from bridge.booking.ledger.hosts import pool_of
from bridge.booking.ledger.leftovers import give_up, is_left, left_behind
from bridge.booking.ledger.moves import Move, abandon_move, begin_move, complete_move, move_back
from bridge.booking.ledger.people import Resting, Unsettled, at_rest, follow_move, relocate, rest_of
from bridge.booking.ledger.told_failed import ToldFailed, affirm, forget, told_failed
from bridge.booking.ledger.unconfirmed import fail, let_go, take_over

__all__ = [
    "MOST_DELETIONS",
    "REST",
    "AtOnce",
    "Entry",
    "Hold",
    "Move",
    "Resting",
    "ToldFailed",
    "Unsettled",
    "abandon_move",
    "affirm",
    "at_rest",
    "begin_move",
    "begin_put_back",
    "borrowed",
    "cancel",
    "cancel_deleted",
    "checked_calendars",
    "claim_calendars",
    "complete_move",
    "complete_put_back",
    "confirm",
    "correct",
    "decide",
    "disown_returned",
    "fail",
    "follow_move",
    "forget",
    "give_up",
    "hold",
    "is_left",
    "learn_identity",
    "left_behind",
    "let_go",
    "mark_no_show",
    "move_back",
    "not_reserved",
    "on_the_day",
    "pool_of",
    "record_amendment",
    "record_entry",
    "record_entry_gone",
    "record_gone",
    "record_link",
    "record_meeting",
    "record_put_back",
    "record_removal",
    "relocate",
    "rest_of",
    "revive",
    "standing_write",
    "take_back",
    "take_other",
    "take_over",
    "told_failed",
    "undo_no_show",
    "wanted_entries",
    "with_event",
    "withdraw",
]
