"""Bookings and the background lock the receivers' jobs in one order: neither waits for the other for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from sqlalchemy import select

from bridge.follow_ups.delivery import DELIVER
from bridge.store.sql.jobs import schedule_each
from bridge.store.tables import jobs
from tests.cast.clock import TEN
from tests.cast.config import ANNA, salon_config
from tests.cast.mail import mail_server, mail_toml
from tests.cast.salon import Salon
from tests.store.databases import wait_until_blocked
from tests.vendors.brevo import FakeBrevo
from tests.vendors.inbox import FakeInbox


def test_a_booking_that_waits_for_a_receivers_job_holds_none_behind_it(postgres_url: str) -> None:
    with ExitStack() as stack:
        brevo, inbox = stack.enter_context(FakeBrevo()), stack.enter_context(FakeInbox())
        box, threads = stack.enter_context(mail_server()), stack.enter_context(ThreadPoolExecutor(1))
        systems = mail_toml(box) + inbox.toml() + brevo.toml()
        salon = Salon(salon_config(postgres_url, ANNA, rest=systems))
        stack.callback(salon.bridge.stop)
        first, *others = sorted(salon.bridge.outbox.receivers)
        store = salon.bridge.store
        with store.write() as connection:
            schedule_each(connection, DELIVER, [first, *others], TEN)
        with store.write() as connection:
            job = select(jobs).with_for_update(nowait=True)
            connection.execute(job.where(jobs.c.subject == first)).one()
            booked = threads.submit(salon.book, "kim", TEN, email="kim@example.org")
            wait_until_blocked(postgres_url, unless=booked.done)
            assert len(connection.execute(job.where(jobs.c.subject.in_(others))).all()) == len(others)
        assert booked.result().success
