"""What a form does can be taken back, or it says before that it cannot."""

from tests.app.test_nonsense import POSTS

HOOK = "/settings/webhooks/{channel_id:id}"
NOTICES = "/settings/notices"
CHAT = f"{NOTICES}/{{channel_id:id}}"
API = "/api/v1/items/{item_id:id}"
RULE, SOURCE, VIEW = "/settings/rules", "/sources/{connection_id:id}", "/views/{view_id:id}"
PERSON, ITEM = "/settings/people/{user_id:id}", "/items/{item_id:id}"
UNDONE = {
    *(f"/items/{verb}" for verb in ("done", "reopen", "snooze", "wait", "decline", "assign")),
    *(f"/items/{verb}" for verb in ("backup", "star", "unstar", "read", "unread")),
    *(f"/items/{verb}" for verb in ("confirm", "change", "dismiss", "same", "different", "part")),
    *(f"/items/{verb}" for verb in ("note", "withdraw", "link", "file", "detach", "proof")),
    *("/items/add", f"{ITEM}/edit", f"{ITEM}/once", f"{ITEM}/delete", f"{ITEM}/actual"),
    *("/views", *(f"{VIEW}/{verb}" for verb in ("rename", "share", "pin", "move", "copy"))),
    *(f"{VIEW}/delete", "/changes/seen", "/settings/priorities", "/settings/fiscal-years"),
    *(RULE, f"{RULE}/{{rule_id:id}}", f"{RULE}/{{rule_id:id}}/delete"),
    *(f"{RULE}/{{rule_id:id}}/now", f"{RULE}/mandatory", "/settings/keyboard", "/start/hide"),
    "/settings/people/{person_id:id}/hand-over",
    *(f"{API}/{verb}" for verb in ("done", "reopen", "snooze", "wait", "decline", "assign")),
    f"{API}/note",
}
"""Its toast has Undo; for a day ``z`` and the navigation take the last one back."""
OPPOSITE = {
    *(f"{SOURCE}/pause", f"{SOURCE}/resume", f"{PERSON}/active", f"{PERSON}/admin"),
    *(f"{HOOK}/stop", f"{HOOK}/start", f"{CHAT}/stop", f"{CHAT}/start"),
    *(
        "/unsubscribe/{of}/{token}",
        "/undo",
        "/sign-in",
        "/sign-out",
        "/api/v1/acts/{act_id:id}/undo",
    ),
}
"""The press that takes it back stands where it stood."""
ASKED = {
    *(f"{SOURCE}/remove", f"{SOURCE}/gone", f"{SOURCE}/keep", f"{SOURCE}/undo-import"),
    *("/settings/tokens/{token_id:id}/revoke", "/sample/wipe"),
    *(f"{HOOK}/rotate", f"{HOOK}/remove", f"{CHAT}/remove"),
    "/settings/calendars/{feed_id:id}/revoke",
}
"""What it does is told before, with what stays of it."""
SHOWN = {
    *("/settings", "/settings/digest", "/settings/password", "/start/digest", "/start/company"),
    *(CHAT, f"{NOTICES}/mail"),
    *(HOOK, f"{SOURCE}/edit", f"{SOURCE}/columns", "/sources/import", "/sources/import/{token}"),
}
"""A form that shows what is set; an import has its own undo on the source's page."""
MADE = {
    *("/settings/digest/now", "/settings/digest/{entry_id:id}/again"),
    *("/sources/add/{connector_id}", f"{SOURCE}/sync", "/sample/load", "/settings/people"),
    *(NOTICES, f"{NOTICES}/mail/test", f"{CHAT}/test", "/settings/outputs/{key}/test"),
    *("/settings/webhooks", f"{HOOK}/test", f"{HOOK}/again", f"{HOOK}/all-again"),
    *("/settings/calendars", "/settings/calendars/{feed_id:id}/test"),
    *("/settings/tokens", f"{PERSON}/link", "/link/{token}", "/set-up/{token}"),
}
"""Something new, and nothing is lost: it can be removed, revoked or let be."""


def test_each_form_is_undone_or_asks_first() -> None:
    decided = [*UNDONE, *OPPOSITE, *ASKED, *SHOWN, *MADE]
    assert sorted(decided) == sorted({route.path for route in POSTS.values()})
