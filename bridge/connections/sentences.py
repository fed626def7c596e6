"""Every sentence that connecting says to the owner, in the language of the pages.

Each says in one sentence what happened and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.speech.explained import vendors_words


class Sentences:
    """The sentences of one vendor's sign-in and of its alerts; `vendor` is the name people know."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        self.translate = translate

    def vendors_words(self, detail: str) -> str:
        """Return what a vendor says, in the owner's language where the catalogue knows it."""
        return vendors_words(self.translate, detail)

    def denied(self, vendor: str, detail: str = "") -> str:
        """Say that the owner said no, and what the vendor says about it."""
        text = self.translate(
            "Access was not allowed at {vendor}, so nothing was connected; to connect the account, "
            "start again and allow it there."
        )
        return f"{text.format(vendor=vendor)} {self.vendors_words(detail)}".rstrip()

    def explained(self, detail: str) -> str:
        """Say what the vendor wants first."""
        return self.translate("Nothing was connected. {detail}").format(detail=self.vendors_words(detail))

    def unknown_state(self) -> str:
        """Say that nobody began this sign-in, or that it is over."""
        return self.translate(
            "This sign-in was used before or was not begun here, so nothing was connected; "
            "start it again from the list of connections."
        )

    def foreign_state(self) -> str:
        """Say that another browser began this sign-in."""
        return self.translate(
            "This sign-in was begun in another browser or before you last signed in here, so nothing was "
            "connected; start it again in this window."
        )

    def expired_state(self) -> str:
        """Say that the owner took too long."""
        return self.translate(
            "This sign-in took longer than ten minutes, so nothing was connected; "
            "start it again from the list of connections."
        )

    def not_accepted(self, vendor: str) -> str:
        """Say that the vendor found the sign-in too old or used."""
        text = self.translate(
            "{vendor} did not accept this sign-in because it came too late or a second time, "
            "so nothing was connected; start it again from the list of connections."
        )
        return text.format(vendor=vendor)

    def scopes_missing(self, vendor: str, permissions: Sequence[str]) -> str:
        """Say which permissions the owner left out."""
        text = self.translate(
            "Not every permission was given at {vendor}, so nothing was connected; "
            "start again and tick every box there. Missing: {permissions}."
        )
        listed = ", ".join(f"“{self.translate(each)}”" for each in permissions)
        return text.format(vendor=vendor, permissions=listed)

    def wrong_account(self, vendor: str, wanted: str, given: str) -> str:
        """Say that the owner signed in as somebody else."""
        text = self.translate(
            "You signed in at {vendor} as {given}, but {wanted} was to be connected, so nothing was changed; "
            "start again and choose {wanted} there."
        )
        return text.format(vendor=vendor, wanted=wanted, given=given)

    def no_lasting(self, vendor: str, account: str) -> str:
        """Say that the permission would end within the hour."""
        text = self.translate(
            "{vendor} gave only a short permission for {account}, so nothing was connected; remove this "
            "bridge from the account's list of connected apps at {vendor}, then start again."
        )
        return text.format(vendor=vendor, account=account)

    def silent(self, vendor: str) -> str:
        """Say that the vendor could not be reached."""
        text = self.translate(
            "{vendor} did not answer as it should, so nothing was connected; try again in a few minutes."
        )
        return text.format(vendor=vendor)

    def not_reached(self, vendor: str, reason: str) -> str:
        """Say why a server whose address the configuration names was of no use."""
        text = self.translate(
            "{vendor} did not answer as it should ({reason}), so nothing was connected; try again in a few "
            "minutes, and if it stays like this, compare the url in the configuration."
        )
        return text.format(vendor=vendor, reason=reason)

    def client_refused(self, vendor: str, provider: str, reason: str) -> str:
        """Say that the vendor does not take the bridge's own registration."""
        text = self.translate(
            "{vendor} refused this bridge itself ({reason}), so nothing was connected; check client_id and "
            "client_secret in the section [{provider}] of the configuration and the registration at {vendor}."
        )
        return text.format(vendor=vendor, provider=provider, reason=reason)

    def not_configured(self, provider: str) -> str:
        """Say that there is no such vendor here."""
        text = self.translate(
            "Accounts of {provider} cannot be connected, because the configuration has no application "
            "for it; add client_id and client_secret to the section [{provider}]."
        )
        return text.format(provider=provider)

    def not_named(self, vendor: str, account: str) -> str:
        """Say that only accounts of the configuration are connected by a form."""
        text = self.translate(
            "The configuration names no account {account} of {vendor}, so nothing was connected; "
            "add it there and restart the bridge."
        )
        return text.format(vendor=vendor, account=account)

    def incomplete(self) -> str:
        """Say that a field was left empty."""
        return self.translate("A field is empty, so nothing was connected; fill in all of them.")

    def password_refused(self, vendor: str) -> str:
        """Say that the vendor does not accept what was typed in."""
        text = self.translate(
            "{vendor} did not accept this, so nothing was connected; check what you typed and try again."
        )
        return text.format(vendor=vendor)

    def access_refused(self, vendor: str) -> str:
        """Say that the vendor knows the account but does not let it in."""
        text = self.translate(
            "{vendor} knows this account but does not let it see calendars, so nothing was connected; "
            "ask whoever looks after it there."
        )
        return text.format(vendor=vendor)

    def not_connected(self, account: str) -> str:
        """Say that there is nothing to disconnect."""
        return self.translate("{account} is not connected; there is nothing to do.").format(account=account)

    def consent_ended(self, vendor: str, account: str) -> str:
        """Say that an account cannot be used any more; what to do about it, the vendor says."""
        text = self.translate(
            "The permission of {account} at {vendor} has ended, so its people are not offered to callers."
        )
        return text.format(vendor=vendor, account=account)

    def refresh_refused(self, vendor: str, account: str, reason: str) -> str:
        """Say that a token cannot be renewed for a reason the owner's consent has no part in."""
        text = self.translate(
            "{vendor} refuses to renew the access to {account} ({reason}): check the bridge's registration "
            "at {vendor} and the section of the configuration; the bridge keeps trying."
        )
        return text.format(vendor=vendor, account=account, reason=reason)

    def refresh_explained(self, vendor: str, account: str, detail: str) -> str:
        """Say what the vendor wants before it renews a token."""
        text = self.translate(
            "{vendor} refuses to renew the access to {account}; the bridge keeps trying. {detail}"
        )
        return text.format(vendor=vendor, account=account, detail=self.vendors_words(detail))

    def unreadable(self, vendor: str, account: str) -> str:
        """Say that the stored permission cannot be opened."""
        text = self.translate(
            "What is stored for {account} at {vendor} was sealed with another secret_key: add the former "
            "key to the list secret_key in the configuration, or reconnect the account."
        )
        return text.format(vendor=vendor, account=account)
