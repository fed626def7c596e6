"""The sections bridge, admin and telli, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from bridge.config.table import Needed, Table
from bridge.config.values.database_url import DatabaseUrl
from bridge.config.values.localities import CountryName, LocaleName, Zone, country_of
from bridge.config.values.numbers import YesOrNo, seconds, whole
from bridge.config.values.secret_values import (
    OneOrMore,
    PasswordHash,
    SealingKey,
    Secret,
    TotpSecret,
    WebhookSecret,
    not_empty,
)
from bridge.config.values.text import PropertyName, SiteAddress, WebAddress, choice
from bridge.model import Proof


class BridgeSection(Table):
    """Where the bridge runs and how long it may take."""

    section: ClassVar[str] = "bridge"

    public_url: Annotated[
        SiteAddress, Needed('where telli reaches this bridge, such as "https://calendar.example.com"')
    ] = ""
    secret_keys: Annotated[
        tuple[SealingKey, ...],
        OneOrMore,
        AfterValidator(not_empty),
        Needed("at least 32 random characters, best as env:NAME; `openssl rand -hex 32` makes some"),
    ] = Field((), alias="secret_key")
    database_url: DatabaseUrl = Field("sqlite:///bridge.db", validate_default=True)
    timezone: Zone = ZoneInfo("Europe/Berlin")
    locale: LocaleName = "en_US"
    named_country: CountryName | None = Field(None, alias="country")
    deadline: Annotated[timedelta, seconds(0.1, 60)] = Field(timedelta(seconds=2.5), alias="deadline_seconds")
    book_deadline: Annotated[timedelta, seconds(1.5, 60)] = Field(
        timedelta(seconds=5), alias="book_deadline_seconds"
    )
    busy_max_age: Annotated[timedelta, seconds(0, 3600)] = Field(
        timedelta(seconds=60), alias="busy_max_age_seconds"
    )
    trusted_proxies: Annotated[int, whole(0, 10)] = 0
    metrics_token: Secret | None = None

    @property
    def country(self) -> str | None:
        """Return the country of telephone numbers without country code: named, or else the zone's."""
        return self.named_country or country_of(self.timezone.key)


class AdminSection(Table):
    """Who may sign in; without a hash nobody may."""

    section: ClassVar[str] = "admin"

    password_hash: Annotated[PasswordHash | None, Needed("what `bridge admin-password` prints")] = None
    totp_secret: TotpSecret | None = None

    def secrets(self) -> tuple[str | None, str | None]:
        """Return the password's hash and the secret of one-time codes, each None where there is none."""
        kept = (self.password_hash, self.totp_secret)
        first, second = (each.get_secret_value() if each else None for each in kept)
        return first, second


class WriteBack(Table):
    """Under which properties of a contact its appointment is told; an empty name tells nothing."""

    section: ClassVar[str] = "telli.write_back"

    next_appointment_at: PropertyName = "next_appointment_at"
    appointment_status: PropertyName = "appointment_status"
    appointment_host: PropertyName = "appointment_host"
    appointment_link: PropertyName = "appointment_link"

    def told(
        self, *, at: str = "", status: str = "", host: str = "", link: str = ""
    ) -> Mapping[str, str | None]:
        """Return what is known of an appointment under the names that are not empty; None is nothing."""
        values = {
            self.next_appointment_at: at,
            self.appointment_status: status,
            self.appointment_host: host,
            self.appointment_link: link,
        }
        return {name: value or None for name, value in values.items() if name}


class TelliSection(Table):
    """What the bridge and telli know of each other."""

    section: ClassVar[str] = "telli"

    api_keys: Annotated[
        tuple[Secret, ...],
        AfterValidator(not_empty),
        Needed('telli\'s API key in a list, such as ["env:TELLI_API_KEY"]'),
    ] = ()
    tool_tokens: tuple[Secret, ...] = ()
    office_tokens: tuple[Secret, ...] = ()
    trust_phone_number: YesOrNo = False
    verify: tuple[Annotated[Proof, choice(Proof)], ...] = ()
    booking_details: YesOrNo = False
    slot_details: YesOrNo = False
    webhook_secret: WebhookSecret | None = None
    lookup_contacts: YesOrNo = False
    write_back: WriteBack = Field(default_factory=WriteBack)
    api_url: WebAddress = "https://api.telli.com"

    @property
    def writes_back(self) -> bool:
        """Tell whether contacts are told of their appointments: where [telli.write_back] stands there."""
        return "write_back" in self.model_fields_set
