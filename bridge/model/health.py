"""What a calendar does at present, and since when: the words of its health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Ability(StrEnum):
    """What a calendar does for the bridge; ANSWER is the whole account's, all others are a calendar's."""

    ANSWER = "answer"
    READ = "read"
    WRITE = "write"
    INVITE = "invite"
    LINK = "link"
    PUSH = "push"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Condition:
    """How a calendar, or an account, stands with one ability; `error` is empty while it is well.

    `subject` is the calendar's name, or `<provider>:<account>`. `kind` and `error` are the last refusal in
    the vendor's words, `advice` what it means and what to do. Before `not_before` no call tries it.
    `by_right` says that the calendar's access right tells of the refusal, and so will tell of its end.
    """

    subject: str
    ability: Ability
    since: datetime
    good_at: datetime | None = None
    kind: str = ""
    error: str = ""
    advice: str = ""
    not_before: datetime | None = None
    by_right: bool = False
