"""What an event type may say, what it becomes, and the sentence for each thing it may not say."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.config.problems.found import written
from bridge.config.sections.event_types import RESERVED
from bridge.model import (
    Assignment,
    BookingField,
    CountDays,
    FieldSource,
    MeetingPlatform,
    Member,
    OfferRules,
    Suggest,
    Team,
)
from tests.config.samples import config_of, config_text, problems_in, problems_of

_AT = "event_types.consultation"


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("duration_minutes", 1, 1440),
        ("start_increment_minutes", 1, 1440),
        ("start_offset_minutes", 0, 1439),
        ("minimum_notice_minutes", 0, 527040),
        ("buffer_before_minutes", 0, 1440),
        ("buffer_after_minutes", 0, 1440),
        ("horizon_days", 0, 730),
        ("max_bookings_per_day", 0, 1000),
        ("max_bookings_per_week", 0, 1000),
        ("days_to_look_ahead", 1, 60),
        ("slots_per_day", 1, 48),
        ("replace_within_minutes", 0, 1440),
    ],
)
def test_whole_numbers_stay_within_their_bounds(key: str, low: int, high: int) -> None:
    for allowed in (low, high):
        assert problems_of(event_type=f"{key} = {allowed}") == []
    for refused in (low - 1, high + 1):
        sentence = f"{refused} is out of range: it must be a whole number from {low} to {high}"
        assert problems_of(event_type=f"{key} = {refused}") == [(f"{_AT}.{key}", sentence)]
    sentence = f"30.0 must be a whole number from {low} to {high}"
    assert problems_of(event_type=f"{key} = 30.0") == [(f"{_AT}.{key}", sentence)]


def test_hours_between_suggestions_may_have_decimals_up_to_twelve() -> None:
    read = config_of(event_type="hours_between_suggestions = 1.5").event_types["consultation"]
    assert read.offer.between == timedelta(minutes=90)
    for refused in ("12.1", "-0.5"):
        assert problems_of(event_type=f"hours_between_suggestions = {refused}") == [
            (
                f"{_AT}.hours_between_suggestions",
                f"{refused} is out of range: it must be a number from 0 to 12",
            )
        ]


@pytest.mark.parametrize(
    ("line", "key", "sentence"),
    [
        (
            "title =",
            "title",
            'is missing; write what the appointment is called, such as "30-minute consultation"',
        ),
        ('title = ""', "title", '"" is empty'),
        (
            f'description = "{"x" * 5001}"',
            "description",
            f'"{"x" * 60}..." is longer than 5000 characters',
        ),
        ("default = 1", "default", "1 must be true or false, without quotes"),
        ('timezone = "Mars"', "timezone", '"Mars" is not a time zone such as "Europe/Berlin"'),
        ("start_date = 2026-12-01T10:00:00", "start_date", None),
        ('start_date = "soon"', "start_date", '"soon" is not a date such as "2026-12-24"'),
        ("start_date = 1999-12-31", "start_date", "1999-12-31 must lie in the years 2000 to 2199"),
        (
            'count_days = "calender"',
            "count_days",
            '"calender" must be "bookable" or "calendar"; did you mean "calendar"?',
        ),
        ('suggest = "latest"', "suggest", '"latest" must be "earliest", "spread" or "varied"'),
        ("suggest = 3", "suggest", "3 must be text in quotes, not a number"),
        (
            'assignment = "weights"',
            "assignment",
            ('"weights" must be "least_recently_booked", "priority" or "weighted"; did you mean "weighted"?'),
        ),
        (
            'fallback_email = "office"',
            "fallback_email",
            '"office" is not an e-mail address such as "anna@example.com"',
        ),
        ('link = "meet"', "link", '"meet" is not a web address such as "https://example.com"'),
        (
            "minimum_notice_minuts = 5",
            "minimum_notice_minuts",
            'is not known here; did you mean "minimum_notice_minutes"?',
        ),
        ("weight = 5", "weight", "is not known here; it belongs to [hosts.<name>]"),
        ("tenant = 'x'", "tenant", "is not known here; it belongs to [microsoft]"),
        ("colour = 'red'", "colour", "is not known here"),
    ],
)
def test_a_wrong_line_of_an_event_type_is_told(line: str, key: str, sentence: str | None) -> None:
    [(path, told)] = problems_of(event_type=line)
    assert path == f"{_AT}.{key}"
    assert told == (sentence or "2026-12-01 10:00:00 must be text in quotes, not a date")


def test_an_event_type_becomes_the_bridges_own_value() -> None:
    read = config_of(
        event_type='timezone = "Asia/Kolkata"\nduration_minutes = 45\nstart_increment_minutes = 15\n'
        "start_offset_minutes = 5\nminimum_notice_minutes = 0\nbuffer_before_minutes = 10\n"
        "buffer_after_minutes = 20\nhorizon_days = 30\nmax_bookings_per_day = 4\nmax_bookings_per_week = 9\n"
        'days_to_look_ahead = 3\nslots_per_day = 5\nstart_date = 2026-12-01\ncount_days = "calendar"\n'
        'suggest = "spread"\nreplace_within_minutes = 0\ndescription = "Booked by phone."\n'
        'require_email = true\nfallback_email = "office@example.com"\ninvite = false\ndefault = true'
    ).event_types["consultation"]
    assert (read.id, read.title, read.timezone) == ("consultation", "Consultation", ZoneInfo("Asia/Kolkata"))
    assert (read.duration, read.start_increment) == (timedelta(minutes=45), timedelta(minutes=15))
    assert (read.start_offset, read.minimum_notice) == (timedelta(minutes=5), timedelta(0))
    assert (read.buffer_before, read.buffer_after) == (timedelta(minutes=10), timedelta(minutes=20))
    assert (read.horizon_days, read.max_bookings_per_day, read.max_bookings_per_week) == (30, 4, 9)
    assert read.start_on == date(2026, 12, 1)
    assert read.offer == OfferRules(3, 5, timedelta(hours=3), CountDays.CALENDAR, Suggest.SPREAD)
    assert (read.replace_within, read.description) == (timedelta(0), "Booked by phone.")
    assert (read.require_email, read.fallback_email, read.invite) == (True, "office@example.com", False)
    assert read.is_default


def test_what_an_event_type_leaves_out_has_the_documented_default() -> None:
    read = config_of(bridge='timezone = "Asia/Kolkata"').event_types["consultation"]
    assert read.timezone == ZoneInfo("Asia/Kolkata")
    assert (read.duration, read.start_increment) == (timedelta(minutes=30), timedelta(minutes=30))
    assert (read.start_offset, read.minimum_notice) == (timedelta(0), timedelta(minutes=120))
    assert (read.buffer_before, read.buffer_after) == (timedelta(0), timedelta(0))
    assert (read.horizon_days, read.max_bookings_per_day, read.max_bookings_per_week) == (14, 0, 0)
    assert read.offer == OfferRules(2, 3, timedelta(hours=3), CountDays.BOOKABLE, Suggest.EARLIEST)
    assert (read.start_on, read.open_hours, read.fallback_email) == (None, None, None)
    assert read.replace_within == timedelta(minutes=15)
    assert read.team == Team((), ((Member("anna", 100, 2),),), Assignment.LEAST_RECENTLY_BOOKED)
    assert read.meeting_platform is MeetingPlatform.PHONE
    assert (read.require_email, read.invite, read.is_default, read.fields) == (False, True, False, ())


def test_the_start_increment_is_the_duration_unless_written() -> None:
    read = config_of(event_type="duration_minutes = 50").event_types["consultation"]
    assert read.start_increment == timedelta(minutes=50)


@pytest.mark.parametrize("name", [*sorted(RESERVED), "Tools", "BOOK"])
def test_an_address_the_bridge_needs_is_no_event_type(name: str) -> None:
    text = config_text().replace("[event_types.consultation]", f"[event_types.{name}]")
    sentence = "cannot be used as a name: the bridge needs it for itself"
    assert problems_in(text) == [(f"event_types.{name}", sentence)]


@pytest.mark.parametrize("kind", ["event_types", "hosts"])
@pytest.mark.parametrize("name", ["a b", "über", "-x", "a.b", "a/b", "openapi.json", "", "x" * 65])
def test_names_fit_into_a_web_address(kind: str, name: str) -> None:
    sentence = "its name may only hold the letters a to z, digits, - and _, at most 64, no - or _ in front"
    told = problems_in(config_text() + f'[{kind}."{name}"]\n')
    assert told[0] == (written((kind, name)), sentence)


def test_only_one_event_type_is_the_default() -> None:
    more = '[event_types.{}]\ntitle = "x"\nhosts = ["anna"]\ndefault = true\n'
    told = problems_of(more.format("second") + more.format("third"), event_type="default = true")
    sentence = 'stands at "consultation" already; only one event type can be the default'
    assert told == [("event_types.second.default", sentence), ("event_types.third.default", sentence)]


def test_the_default_event_type_is_the_marked_one_or_the_only_one() -> None:
    second = '[event_types.second]\ntitle = "x"\nhosts = ["anna"]\n'
    only = config_of().default_event_type
    assert only
    assert only.id == "consultation"
    assert config_of(second).default_event_type is None
    marked = config_of(f"{second}default = true").default_event_type
    assert marked
    assert marked.id == "second"


_FIELD = "[[event_types.consultation.fields]]\n"


@pytest.mark.parametrize(
    ("lines", "path", "sentence"),
    [
        (
            'name = "x"',
            "[0].label",
            'is missing; write what the answer is called, such as "Reason for appointment"',
        ),
        (
            'label = "x"',
            "[0].name",
            (
                'is missing; source = "llm" needs the key in contact_details, such as '
                'name = "appointment_reason"'
            ),
        ),
        (
            'label = "x"\nsource = "contact"',
            "[0].name",
            'is missing; source = "contact" needs the property of the contact, such as name = "company"',
        ),
        (
            'label = "x"\nsource = "system"',
            "[0].name",
            'is missing; source = "system" needs a path such as name = "contact_id"',
        ),
        (
            'label = "x"\nsource = "system"\nname = "event_type.titel"',
            "[0].name",
            (
                'must be "contact_id", "external_contact_id", "call.id", "event_type.id", '
                '"event_type.title", "event_type.duration_minutes", "timezone" or "contact.email"; '
                'did you mean "event_type.title"?'
            ),
        ),
        (
            'label = "x"\nsource = "constant"\nname = "x"',
            "[0].value",
            'is missing; source = "constant" needs the text that is always written',
        ),
        (
            'label = "x"\nsource = "constant"\nvalue = 3',
            "[0].value",
            "3 must be text in quotes, not a number",
        ),
        (
            'label = "x"\nsource = "lmm"\n',
            "[0].source",
            '"lmm" must be "constant", "contact", "system" or "llm"; did you mean "llm"?',
        ),
        (
            'label = "x"\nname = "x"\nrequired = "yes"',
            "[0].required",
            '"yes" must be true or false, without quotes',
        ),
        (
            'label = "x"\nname = "x"\nduration_minutes = 5',
            "[0].duration_minutes",
            (
                "is not known here; it belongs to [event_types.consultation]: write it above the line "
                "[[event_types.consultation.fields]]"
            ),
        ),
    ],
)
def test_a_wrong_booking_field_is_told(lines: str, path: str, sentence: str) -> None:
    assert problems_of(_FIELD + lines) == [(f"{_AT}.fields{path}", sentence)]


def test_booking_fields_keep_their_order() -> None:
    read = config_of(
        f'{_FIELD}label = "Reason"\nname = "reason"\nrequired = true\n'
        f'{_FIELD}label = "Source"\nsource = "constant"\nvalue = "phone"\npublic = true\n'
    ).event_types["consultation"]
    assert read.fields == (
        BookingField("Reason", FieldSource.LLM, name="reason", required=True),
        BookingField("Source", FieldSource.CONSTANT, value="phone", public=True),
    )
