"""The simulated account: its rows, and how they change."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from connectors.ingram_micro import sandbox_story as story
from connectors.sdk.sandbox import Listing, Row

HOLD = "ON HOLD"


class Account:
    """Five lists. ``held`` are the orders on hold, ``moving`` all others."""

    def __init__(self, today: date, *, seed: int, size: int) -> None:
        random = Random(seed)  # noqa: S311 - sample data, no secret
        orders = list(story.orders(today))
        self.renewals = Listing(
            [*story.renewals(today), *story.many_renewals(today, size, random)], key="renewalId"
        )
        self.deals = Listing(story.deals(today), key="dealId")
        self.quotes = Listing(story.quotes(today), key="quoteNumber")
        self.invoices = Listing(story.invoices(today), key="invoiceNumber")
        self.held = Listing((row for row in orders if is_held(row)), key="ingramOrderNumber")
        self.moving = Listing((row for row in orders if not is_held(row)), key="ingramOrderNumber")
        self.streams = {
            "renewals": self.renewals,
            "special_bids": self.deals,
            "quotes": self.quotes,
            "invoices": self.invoices,
            "orders_on_hold": self.held,
        }
        self._step = 0

    def drop(self, stream: str, count: int) -> list[str]:
        """Takes rows off a list. A bid goes with its second deadline, the price protection."""
        deals = {str(row["dealId"]): row for row in self.deals}
        gone = self.streams[stream].drop(count)
        if stream != "special_bids":
            return gone
        return [text for deal in gone for text in _ids_of_bid(deals[deal])]

    def advance(self, today: date) -> list[str]:
        """One thing changes, in turn: a renewal, a bid, a quote, an invoice, an order."""
        changes: tuple[Callable[[date, int], list[str]], ...] = (
            self._renewal_comes_nearer,
            self._bid_is_used_and_one_expires,
            self._quote_is_extended,
            self._invoice_is_paid,
            self._order_is_held_or_released,
        )
        turn, step = divmod(self._step, len(changes))
        self._step += 1
        return changes[step](today, turn)

    def _renewal_comes_nearer(self, today: date, turn: int) -> list[str]:
        ahead = self.renewals.select(lambda row: row["status"] in story.OPEN)
        if not ahead:
            return []
        row = ahead[(1 + turn) % len(ahead)]
        sooner = date.fromisoformat(row["expirationDate"][:10]) - timedelta(days=6)
        self.renewals.change(row["renewalId"], expirationDate=f"{sooner}T00:00:00")
        return [f"Renewal {row['renewalId']} moved six days earlier, to {sooner}"]

    def _bid_is_used_and_one_expires(self, today: date, turn: int) -> list[str]:
        said = []
        tomorrow = story.midnight(today, 1)
        lasting = self.deals.select(lambda row: row["dealExpiryDate"] >= tomorrow)
        for used in lasting[:1]:
            products = [
                {**product, "remainingQuantity": max(0, product["remainingQuantity"] - 4)}
                for product in used["products"]
            ]
            self.deals.change(used["dealId"], products=products)
            said.append(f"Units of bid {used['dealId']} were ordered")
        for ending in lasting[1:2]:
            over = story.midnight(today, -1)
            self.deals.change(ending["dealId"], dealExpiryDate=over, priceProtectionEndDate=over)
            said.append(f"Bid {ending['dealId']} expired")
        return said

    def _quote_is_extended(self, today: date, turn: int) -> list[str]:
        quotes = list(self.quotes)
        if not quotes:
            return []
        row = quotes[(1 + turn) % len(quotes)]
        until, revision = story.day(today, 30 + turn), str(int(row["revision"]) + 1)
        self.quotes.change(row["quoteNumber"], ingramQuoteExpiryDate=until, revision=revision)
        return [f"Quote {row['quoteNumber']} was renewed until {until}"]

    def _invoice_is_paid(self, today: date, turn: int) -> list[str]:
        due = self.invoices.select(lambda row: row["invoiceStatus"] == "OPEN")
        if due:
            number = due[0]["invoiceNumber"]
            self.invoices.change(number, invoiceStatus="PAID", invoicedAmountDue=0.0)
            return [f"Invoice {number} was paid"]
        like = next(iter(story.invoices(today)))
        number = f"40NEW{turn:04d}"
        self.invoices.add({**like, "invoiceNumber": number, "invoiceDueDate": story.day(today, 30)})
        return [f"Invoice {number} was issued"]

    def _order_is_held_or_released(self, today: date, turn: int) -> list[str]:
        waiting = self.moving.select(lambda row: row["status"] == "PROCESSING")
        if waiting:
            number = waiting[0]["ingramOrderNumber"]
            self.held.add(self.moving.change(number, status=HOLD))
            return [f"Order {number} went on hold"]
        for row in self.held.select(is_held)[:1]:
            self.held.change(row["ingramOrderNumber"], status="SHIPPED")
            return [f"Order {row['ingramOrderNumber']} was released"]
        return []


def is_held(row: Row) -> bool:
    """Whether an order waits for somebody."""
    return bool(row["status"] == HOLD)


def _ids_of_bid(deal: Row) -> list[str]:
    bid = f"{deal['vendor'].casefold()}:{deal['dealId']}"
    protected = not deal["priceProtectionEndDate"].startswith(story.NO_DATE)
    return [bid, f"{bid}:price-protection"] if protected else [bid]
