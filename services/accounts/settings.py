"""The settings of accounts."""

from services.kit.settings import Settings


class AccountsSettings(Settings):
    session_hours: float = 12.0
    """A log-in lasts so long, however busy the user is."""

    @property
    def cookies_over_tls_only(self) -> bool:
        return self.gateway_url.startswith("https:")
