"""The provider contract's part on free/busy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from providers.base import BusyQuery, EventRef, Interval
from providers.busy_policy import DEFAULT_BUSY_STATUSES, AllDay, BusyPolicy
from providers.errors import CalendarNotFound, ProviderError
from tests.contracts.account import (
    KEY,
    WINDOW,
    AccountUnderTest,
    ForeignEvent,
    Repeat,
    ask,
    at,
    busy,
    draft,
    local_span,
    over,
    plenty,
    span,
)

STATUSES = ["busy", "tentative", "oof", "free", "workingElsewhere"]


class FreeBusyContract:
    """When a calendar is busy, and that unknown is never free."""

    def test_an_empty_calendar_is_free(self, account: AccountUnderTest) -> None:
        assert busy(account.make_provider(), account.calendar) == ()

    def test_an_entry_is_busy_from_its_start_to_its_end(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        assert busy(account.make_provider(), account.calendar) == (span(1, 9),)

    def test_busy_time_is_clipped_to_the_window(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(Interval(at(1, 8), at(1, 10))))
        account.add_foreign(account.calendar, ForeignEvent(Interval(at(1, 11), at(1, 13))))
        window = Interval(at(1, 9), at(1, 12))
        assert busy(account.make_provider(), account.calendar, window) == (
            Interval(at(1, 9), at(1, 10)),
            Interval(at(1, 11), at(1, 12)),
        )

    def test_an_entry_around_the_window_fills_it(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(Interval(at(1, 8), at(3, 10))))
        window = Interval(at(2, 9), at(2, 12))
        assert busy(account.make_provider(), account.calendar, window) == (window,)

    def test_entries_that_only_touch_the_window_are_outside_of_it(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(Interval(at(1, 8), at(1, 9))))
        account.add_foreign(account.calendar, ForeignEvent(Interval(at(1, 12), at(1, 13))))
        window = Interval(at(1, 9), at(1, 12))
        assert busy(account.make_provider(), account.calendar, window) == ()

    def test_busy_time_is_sorted_and_merged_however_it_was_entered(self, account: AccountUnderTest) -> None:
        for interval in (span(2, 9), span(1, 10), span(1, 9, 30), span(1, 9), span(1, 9, 15), span(1, 14)):
            account.add_foreign(account.calendar, ForeignEvent(interval))
        assert busy(account.make_provider(), account.calendar) == (
            Interval(at(1, 9), at(1, 10, 30)),
            span(1, 14),
            span(2, 9),
        )

    def test_an_entry_without_length_blocks_nothing(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(Interval(at(1, 9), at(1, 9))))
        assert busy(account.make_provider(), account.calendar) == ()

    def test_a_window_of_months_is_answered_whole(self, account: AccountUnderTest) -> None:
        window = Interval(at(1, 0), at(1, 0) + timedelta(days=200))
        far = Interval(at(1, 9) + timedelta(days=190), at(1, 10) + timedelta(days=190))
        holiday = Interval(at(1, 9) + timedelta(days=20), at(1, 9) + timedelta(days=130))
        account.add_foreign(account.calendar, ForeignEvent(far))
        account.add_foreign(account.calendar, ForeignEvent(holiday))
        assert busy(account.make_provider(), account.calendar, window) == (holiday, far)

    def test_many_calendars_are_answered_each_with_its_own(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        account.add_foreign(account.other_calendar, ForeignEvent(span(2, 9)))
        first, second = BusyQuery(account.calendar), BusyQuery(account.other_calendar)
        answers = account.make_provider().free_busy([first, second], WINDOW, deadline=plenty())
        assert dict(answers) == {first: (span(1, 9),), second: (span(2, 9),)}

    def test_one_calendar_may_be_asked_by_several_policies_at_once(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9), status="tentative"))
        strict = BusyQuery(account.calendar)
        easy = BusyQuery(account.calendar, BusyPolicy(frozenset({"busy"})))
        answers = account.make_provider().free_busy([strict, easy], WINDOW, deadline=plenty())
        assert dict(answers) == {strict: (span(1, 9),), easy: ()}

    def test_an_unknown_calendar_is_an_error_and_spoils_no_other(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        known, unknown = BusyQuery(account.calendar), BusyQuery(account.unknown_calendar)
        answers = account.make_provider().free_busy([unknown, known], WINDOW, deadline=plenty())
        assert isinstance(answers[unknown], CalendarNotFound)
        assert answers[known] == (span(1, 9),)

    def test_an_error_inside_an_answer_is_never_free(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.other_calendar, ForeignEvent(span(1, 9)))
        account.break_calendar(account.calendar)
        broken, sound = BusyQuery(account.calendar), BusyQuery(account.other_calendar)
        answers = account.make_provider().free_busy([broken, sound], WINDOW, deadline=plenty())
        assert isinstance(answers[broken], ProviderError)
        assert answers[sound] == (span(1, 9),)

    @pytest.mark.parametrize("all_day", [AllDay.BLOCK, AllDay.IGNORE])
    def test_a_broken_calendar_is_unknown_by_any_policy(
        self, account: AccountUnderTest, all_day: AllDay
    ) -> None:
        account.break_calendar(account.calendar)
        policy = BusyPolicy(all_day_events=all_day)
        assert isinstance(ask(account.make_provider(), account.calendar, policy=policy), ProviderError)

    def test_when_nothing_answers_every_calendar_is_an_error(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        account.go_down()
        first, second = BusyQuery(account.calendar), BusyQuery(account.other_calendar)
        answers = provider.free_busy([first, second], WINDOW, deadline=plenty())
        assert isinstance(answers[first], ProviderError)
        assert isinstance(answers[second], ProviderError)

    def test_without_time_left_every_calendar_is_an_error(self, account: AccountUnderTest) -> None:
        query = BusyQuery(account.calendar)
        answers = account.make_provider().free_busy([query], WINDOW, deadline=over())
        assert isinstance(answers[query], ProviderError)


class BusyPolicyContract:
    """What counts as busy."""

    @pytest.mark.parametrize("status", STATUSES)
    def test_by_default_all_but_free_and_working_elsewhere_block(
        self, account: AccountUnderTest, status: str
    ) -> None:
        if status not in account.statuses:
            pytest.skip(f"this calendar has no {status}")
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9), status=status))
        expected = () if status in {"free", "workingElsewhere"} else (span(1, 9),)
        assert busy(account.make_provider(), account.calendar) == expected

    def test_a_policy_may_leave_tentative_out(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9), status="tentative"))
        account.add_foreign(account.calendar, ForeignEvent(span(2, 9)))
        policy = BusyPolicy(DEFAULT_BUSY_STATUSES - {"tentative"})
        assert busy(account.make_provider(), account.calendar, policy=policy) == (span(2, 9),)

    def test_a_policy_may_add_working_elsewhere(self, account: AccountUnderTest) -> None:
        if "workingElsewhere" not in account.statuses:
            pytest.skip("this calendar has no workingElsewhere")
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9), status="workingElsewhere"))
        policy = BusyPolicy(DEFAULT_BUSY_STATUSES | {"workingElsewhere"})
        assert busy(account.make_provider(), account.calendar, policy=policy) == (span(1, 9),)

    def test_no_policy_makes_free_time_busy(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9), status="free"))
        policy = BusyPolicy(DEFAULT_BUSY_STATUSES | {"workingElsewhere"})
        assert busy(account.make_provider(), account.calendar, policy=policy) == ()

    @pytest.mark.parametrize("policy", [BusyPolicy(), BusyPolicy(all_day_events=AllDay.IGNORE)])
    def test_a_cancelled_entry_does_not_block(self, account: AccountUnderTest, policy: BusyPolicy) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9), cancelled=True))
        assert busy(account.make_provider(), account.calendar, policy=policy) == ()

    @pytest.mark.parametrize("policy", [BusyPolicy(), BusyPolicy(all_day_events=AllDay.IGNORE)])
    def test_a_declined_entry_does_not_block(self, account: AccountUnderTest, policy: BusyPolicy) -> None:
        if not account.can_decline:
            pytest.skip("nobody can decline in this calendar")
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9), declined=True))
        assert busy(account.make_provider(), account.calendar, policy=policy) == ()

    def test_an_all_day_entry_blocks_the_days_of_the_calendars_zone(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(days=(date(2026, 12, 1), date(2026, 12, 3))))
        expected = Interval(at(30, 23, month=11), at(2, 23))
        assert busy(account.make_provider(), account.calendar) == (expected,)

    def test_an_all_day_entry_has_as_many_hours_as_the_day(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(days=(date(2026, 10, 25), date(2026, 10, 26))))
        window = Interval(at(20, 0, month=10), at(30, 0, month=10))
        day = Interval(at(24, 22, month=10), at(25, 23, month=10))
        assert busy(account.make_provider(), account.calendar, window) == (day,)
        assert day.end - day.start == timedelta(hours=25)

    def test_all_day_entries_may_be_ignored(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(days=(date(2026, 12, 1), date(2026, 12, 2))))
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        policy = BusyPolicy(all_day_events=AllDay.IGNORE)
        assert busy(account.make_provider(), account.calendar, policy=policy) == (span(1, 9),)

    def test_all_day_entries_may_block_only_when_out_of_office(self, account: AccountUnderTest) -> None:
        if "oof" not in account.statuses:
            pytest.skip("this calendar has no out-of-office")
        account.add_foreign(account.calendar, ForeignEvent(days=(date(2026, 12, 1), date(2026, 12, 2))))
        away = ForeignEvent(days=(date(2026, 12, 3), date(2026, 12, 4)), status="oof")
        account.add_foreign(account.calendar, away)
        policy = BusyPolicy(all_day_events=AllDay.OUT_OF_OFFICE_ONLY)
        expected = Interval(at(2, 23), at(3, 23))
        assert busy(account.make_provider(), account.calendar, policy=policy) == (expected,)

    @pytest.mark.parametrize("policy", [BusyPolicy(), BusyPolicy(all_day_events=AllDay.IGNORE)])
    def test_a_series_keeps_its_wall_clock_time_over_a_clock_change(
        self, account: AccountUnderTest, policy: BusyPolicy
    ) -> None:
        days = [date(2026, 10, 19), date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)]
        moved = Interval(at(3, 15, month=11), at(3, 16, month=11))
        account.add_foreign(
            account.calendar,
            ForeignEvent(
                local_span(days[0], "09:00", "10:00"),
                repeat=Repeat(every_days=7, count=4, skipped=frozenset({3}), moved={2: moved}),
            ),
        )
        window = Interval(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
        assert busy(account.make_provider(), account.calendar, window, policy=policy) == (
            Interval(at(19, 7, month=10), at(19, 8, month=10)),
            Interval(at(26, 8, month=10), at(26, 9, month=10)),
            moved,
        )


class WithoutContract:
    """Free/busy while an event of the bridge is being moved."""

    def test_the_event_itself_does_not_block(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        mine = provider.create_event(account.calendar, KEY, draft(span(1, 9)), deadline=plenty())
        assert busy(provider, account.calendar, without=mine.ref) == ()
        assert busy(provider, account.calendar) == (span(1, 9),)

    def test_a_foreign_entry_over_the_same_time_still_blocks(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        mine = provider.create_event(account.calendar, KEY, draft(span(1, 9)), deadline=plenty())
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9, 15)))
        account.add_foreign(account.calendar, ForeignEvent(span(2, 9)))
        assert busy(provider, account.calendar, without=mine.ref) == (span(1, 9, 15), span(2, 9))

    def test_a_foreign_entry_of_exactly_the_same_time_still_blocks(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        mine = provider.create_event(account.calendar, KEY, draft(span(1, 9)), deadline=plenty())
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        assert busy(provider, account.calendar, without=mine.ref) == (span(1, 9),)

    def test_leaving_out_an_event_that_is_not_there_changes_nothing(self, account: AccountUnderTest) -> None:
        account.add_foreign(account.calendar, ForeignEvent(span(1, 9)))
        nothing = EventRef(account.calendar, KEY)
        assert busy(account.make_provider(), account.calendar, without=nothing) == (span(1, 9),)

    def test_a_calendar_that_cannot_be_read_is_unknown_here_too(self, account: AccountUnderTest) -> None:
        provider = account.make_provider()
        mine = provider.create_event(account.calendar, KEY, draft(span(1, 9)), deadline=plenty())
        account.break_calendar(account.calendar)
        assert isinstance(ask(provider, account.calendar, without=mine.ref), ProviderError)
