"""The signed-in mailbox of a connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.mailbox.settings import MailboxConfig
from connectors.sdk.auth import Bearer, ClientCredentials, RefreshToken
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed
from connectors.sdk.mail import Mailbox


@contextmanager
def mailbox_of(config: MailboxConfig, context: ReadContext) -> Iterator[Mailbox]:
    """Signed in with the password, or with an access token that is fetched first.

    A token that the server refuses is renewed once: it may have run out early.
    """
    tokens = _tokens(config, context)
    token = tokens.token() if tokens else ""
    with Mailbox.open(context.http, config.host, config.port, tls=config.encrypted) as mailbox:
        if tokens is None:
            assert config.password is not None  # the settings want one of the two
            mailbox.sign_in(config.username, config.password)
        else:
            try:
                mailbox.sign_in_with_token(config.username, token)
            except AuthFailed:
                mailbox.sign_in_with_token(config.username, tokens.renew(token))
        yield mailbox


def _tokens(config: MailboxConfig, context: ReadContext) -> Bearer | None:
    if config.token_url is None:
        return None
    extra = {"scope": config.scope} if config.scope else {}
    assert config.client_id is not None  # the settings want it with OAuth
    if config.refresh_token is not None:
        return RefreshToken(
            context.http,
            token_url=config.token_url,
            refresh_token=config.refresh_token,
            secrets=context.secrets,
            now=lambda: context.now,
            client_id=config.client_id,
            client_secret=config.client_secret,
            extra=extra,
        )
    assert config.client_secret is not None  # the settings want one of the two
    return ClientCredentials(
        context.http,
        token_url=config.token_url,
        client_id=config.client_id,
        client_secret=config.client_secret,
        now=lambda: context.now,
        extra=extra,
    )
