"""The simulated account: its lists, and how they change."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from connectors.crayon_cloudiq import sandbox_story as story
from connectors.sdk.sandbox import Listing, Row

_OURS = ("key", "contact")


def public(row: Row) -> Row:
    """A row without what only the simulation knows of it."""
    return {name: value for name, value in row.items() if name not in _OURS}


class Account:
    """One list for each kind of thing. ``streams`` are those from which rows can be dropped."""

    def __init__(self, today: date, *, seed: int, size: int) -> None:
        random = Random(seed)  # noqa: S311 - sample data, no secret
        self.containers = Listing(story.containers(today), key="Id")
        self.reports = Listing(story.reports(), key="key")
        self.agreements = Listing(story.agreements(today), key="Id")
        self.subscriptions = Listing(
            [*story.subscriptions(today), *story.many_subscriptions(today, size, random)], key="Id"
        )
        self.tenants = Listing(story.tenants(), key="Id")
        self.blog_items = Listing(story.blog_items(today), key="key")
        self.organizations = Listing(story.organizations(), key="Id")
        self.streams = {
            "agreement_reports": self.reports,
            "agreements": self.agreements,
            "subscriptions": self.subscriptions,
            "announcements": self.blog_items,
            "contacts": self.organizations,
        }
        self._step = 0

    def drop(self, stream: str, count: int) -> list[str]:
        """The ids of the records that go: an announcement's is its link."""
        if stream == "announcements":
            links = {row["key"]: row["Link"] for row in self.blog_items}
            return [links[title] for title in self.blog_items.drop(count)]
        return self.streams[stream].drop(count)

    def advance(self, today: date) -> list[str]:
        """One thing changes, in turn."""
        changes: tuple[Callable[[date, int], list[str]], ...] = (
            self._report_is_sent,
            self._news_is_published,
            self._agreement_is_extended,
            self._subscription_changes,
            self._contact_changes,
        )
        turn, step = divmod(self._step, len(changes))
        self._step += 1
        return changes[step](today, turn)

    def _report_is_sent(self, today: date, turn: int) -> list[str]:
        open_ones = self.reports.select(lambda row: row["Status"] == "NotReported")
        if not open_ones:
            return []
        row = open_ones[0]
        self.reports.change(row["key"], Status="UsageReported")
        return [f"The report of {row['Agreement']['Name']} was sent"]

    def _news_is_published(self, today: date, turn: int) -> list[str]:
        title = f"Cloud-iQ release notes {turn + 1}"
        like = next(iter(story.blog_items(today)))
        link = f"https://www.crayon.example/news/release-{turn + 1}"
        row = {**like, "key": title, "Title": title, "Link": link, "Description": "<p>News.</p>"}
        self.blog_items.add({**row, "PublicationDate": f"{today}T09:00:00+01:00"})
        return [f"Crayon published: {title}"]

    def _agreement_is_extended(self, today: date, turn: int) -> list[str]:
        rows = self.agreements.select(lambda row: row["EndDate"] > story.stamp(today, 0))
        if not rows:
            return []
        row = rows[turn % len(rows)]
        later = date.fromisoformat(row["EndDate"][:10]) + timedelta(days=30)
        self.agreements.change(row["Id"], EndDate=f"{later}T00:00:00+00:00")
        return [f"Agreement {row['Number']} now ends on {later}"]

    def _subscription_changes(self, today: date, turn: int) -> list[str]:
        rows = self.subscriptions.select(lambda row: row["Status"] == "Active" and row["EndDate"])
        if not rows:
            return []
        row = rows[turn % len(rows)]
        renews = not row["AutoRenewEnabled"]
        self.subscriptions.change(row["Id"], AutoRenewEnabled=renews)
        said = "renews itself now" if renews else "does not renew itself any more"
        return [f"Subscription {row['Id']} {said}"]

    def _contact_changes(self, today: date, turn: int) -> list[str]:
        names = ("Maja Berg", "Ingrid Solberg")
        name = names[turn % len(names)]
        email = f"{name.lower().replace(' ', '.')}@crayon.example"
        person = {"FullName": name, "Email": email, "Phone": None}
        self.organizations.change(story.PARTNER["Id"], contact=person)
        return [f"{name} is the sales contact now"]
