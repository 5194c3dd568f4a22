"""The providers that the settings name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.email.providers.webhooks.certificates import Certificates, roots_of
from services.email.providers.webhooks.fetching import Fetch
from services.email.providers.webhooks.mailgun import Mailgun
from services.email.providers.webhooks.postmark import Postmark
from services.email.providers.webhooks.proof import Provider
from services.email.providers.webhooks.sendgrid import SendGrid, key_of
from services.email.providers.webhooks.ses import Ses, Sns
from services.email.settings import WebhookSettings


def providers(settings: WebhookSettings, domain: str, fetch: Fetch) -> Mapping[str, Provider]:
    """
    Return the providers whose keys are set; the others are refused. Raises SettingsError.

    ``domain`` is that of our message ids; ``fetch`` gets certificates of SNS.
    """
    return {provider.name: provider for provider in _providers(settings, domain, fetch)}


def _providers(settings: WebhookSettings, domain: str, fetch: Fetch) -> Iterable[Provider]:
    if settings.sns_topics:
        expected = Sns(
            frozenset(settings.sns_topics), settings.sns_fresh_seconds, settings.sns_confirm
        )
        yield Ses(expected, Certificates(fetch, roots_of(settings.sns_roots)), fetch)
    if settings.sendgrid_key:
        yield SendGrid(key_of(settings.sendgrid_key), settings.fresh_seconds)
    if settings.mailgun_key:
        yield Mailgun(settings.mailgun_key.encode(), settings.fresh_seconds)
    if settings.postmark_login:
        yield Postmark(
            settings.postmark_login,
            domain,
            settings.postmark_fresh_seconds,
            settings.postmark_sources,
        )
