"""Every change of a booking's state: each one function, one transaction. Nobody else changes one.

                                    begin_move, borrow
                        confirmed ─────────────────────> changing ── its lease ends ──> stuck
       confirm            ^  ^ │ <────────────────────── │                                │
    ┌─────────────────────┘  │ │  complete_move,         │            give_up             │
    │                        │ │  abandon_move,          │  confirmed <───────────────────┘
    │             undo_      │ │  give_back              │
    │             no_show    │ │ mark_no_show            │ (both ends below: also from
    │                        │ v                         │  changing and from stuck)
    │                      no_show     confirmed ── cancel, cancel_deleted ──> cancelled
    │ take_other
    │  ┌──┐
    │  │  v
    hold ──> held ── let_go, or its lease ends ──> left ── take_over ──> held
               │                                    │
               └── fail ──> failed <── give_up ─────┘

`changing` and `stuck` are the state `confirmed` with an owner, `left` is `held` with an owner whose lease
is over. Row by row, with what holds afterwards (the words after `from` are the state before):

    arrow           from                          to         claims  writes
    hold            nothing                       held       now     open
    take_other      held                          held       now     gone open
    confirm         held left                     confirmed  now     done
    fail            held left                     failed     none    gone
    let_go          held left                     left       now     open
    take_over       left                          held       now     open
    give_up         left                          failed     none    unwanted
    begin_move      confirmed                     changing   both    done open
    complete_move   changing stuck                confirmed  new     gone done
    abandon_move    changing stuck                confirmed  now     done gone
    give_up         stuck                         confirmed  now     done unwanted
    follow_move     confirmed                     confirmed  new     done
    relocate        confirmed                     confirmed  now     done
    cancel          confirmed changing stuck      cancelled  none    unwanted
    cancel_deleted  confirmed                     cancelled  none    unwanted
    mark_no_show    confirmed changing stuck      no_show    none    done
    undo_no_show    no_show                       confirmed  now     done

Where a move is under way its write goes with it: cancelling and no-shows make it unwanted. A move to other
hosts makes another event: its old write ends unwanted instead of gone. Everything from held, left, changing
and stuck on is for the owner alone, but for take_over, give_up, cancel and mark_no_show; a lease that is
over takes nothing from the owner until somebody else has taken it. Whoever finds at confirm or
complete_move that the booking is not theirs any more marks their own write unwanted and changes nothing
else; abandon_move, whatever became of the booking, records what is known of its own write. `borrow` and
`give_back` (events.borrowed) only take and return the ownership of a confirmed or no-show booking.

What follows from a change that people notice is added in change.record_change, in its transaction.
"""

from bridge.booking.ledger.change import standing_write, with_event
from bridge.booking.ledger.ends import cancel, mark_no_show, undo_no_show
from bridge.booking.ledger.events import borrowed, record_link, record_put_back, record_removal
from bridge.booking.ledger.holds import Hold, confirm, fail, hold, let_go, take_other, take_over
from bridge.booking.ledger.hosts import choose_from, pool_of
from bridge.booking.ledger.leftovers import give_up, is_left, left_behind
from bridge.booking.ledger.moves import Move, abandon_move, begin_move, complete_move
from bridge.booking.ledger.people import Resting, Unsettled, at_rest, cancel_deleted, follow_move, relocate

__all__ = [
    "Hold",
    "Move",
    "Resting",
    "Unsettled",
    "abandon_move",
    "at_rest",
    "begin_move",
    "borrowed",
    "cancel",
    "cancel_deleted",
    "choose_from",
    "complete_move",
    "confirm",
    "fail",
    "follow_move",
    "give_up",
    "hold",
    "is_left",
    "left_behind",
    "let_go",
    "mark_no_show",
    "pool_of",
    "record_link",
    "record_put_back",
    "record_removal",
    "relocate",
    "standing_write",
    "take_other",
    "take_over",
    "undo_no_show",
    "with_event",
]
