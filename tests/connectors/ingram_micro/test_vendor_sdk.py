"""Ingram's own Python SDK as an oracle: what it reads of Ingram, it must read of the sandbox.

First the SDK is pointed at a server that answers with the contract's own examples: that tells
which calls it can read, in the published and in the repaired shape. Then it is pointed at the
sandbox in the same shape.
"""

import importlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.connectors.ingram_micro import contract
from tests.connectors.ingram_micro.conftest import NAME, Desk


@cache
def xi() -> Any:
    """The SDK. It takes seconds to load, which is for those to wait who use it."""
    return importlib.import_module("xi.sdk.resellers")


WHO = {
    "im_customer_number": "20-222222",
    "im_country_code": "US",
    "im_correlation_id": "fbac82ba-cf0a-4bcf-fc03-0c5084",
}
APP = {"im_application_id": "PartnerInbox"}
Call = Callable[[Any], Any]
CALLS: dict[str, tuple[str, Call]] = {
    "renewals": (
        "/resellers/v6/renewals/search",
        lambda to: xi().RenewalsApi(to).post_renewalssearch(size="100", **WHO),
    ),
    "renewal": (
        "/resellers/v6/renewals/{renewalId}",
        lambda to: (
            xi().RenewalsApi(to).get_resellers_v6_renewalsdetails(renewal_id="4419005", **WHO)
        ),
    ),
    "deals": (
        "/resellers/v6/deals/search",
        lambda to: xi().DealsApi(to).get_resellers_v6_dealssearch(size=100, **WHO),
    ),
    "deal": (
        "/resellers/v6/deals/{dealId}",
        lambda to: (
            xi()
            .DealsApi(to)
            .get_resellers_v6_dealsdetails(
                deal_id="9912 Fortinet refresh", vendor_name="Fortinet", **WHO, **APP
            )
        ),
    ),
    "quotes": (
        "/resellers/v6/quotes/search",
        lambda to: (
            xi()
            .QuotesApi(to)
            .get_quotessearch_v6(im_customer_contact="r.sato@partner.example", **WHO)
        ),
    ),
    "quote": (
        "/resellers/v6/quotes/{quoteNumber}",
        lambda to: xi().QuotesApi(to).get_resellers_v6_quotes(quote_number="QUO-88121", **WHO),
    ),
    "invoices": (
        "/resellers/v6/invoices",
        lambda to: xi().InvoicesApi(to).get_resellers_v6_invoicesearch(page_size=100, **WHO, **APP),
    ),
    "invoice": (
        "/resellers/v6.1/invoices/{invoiceNumber}",
        lambda to: (
            xi().InvoicesApi(to).get_invoicedetails_v6_1(invoice_number="40MKTRW11", **WHO, **APP)
        ),
    ),
    "orders": (
        "/resellers/v6/orders/search",
        lambda to: xi().OrdersApi(to).get_resellers_v6_ordersearch(order_status="ON HOLD", **WHO),
    ),
}
FORM = {True: "published YAML", False: "repaired"}
# What the SDK reads of the examples today; where Ingram publishes better ones, this grows.
READABLE = {
    True: {"renewal", "deals", "deal", "quotes", "quote", "invoices"},
    False: set(CALLS),
}


@contextmanager
def serving(answers: dict[str, Any]) -> Iterator[str]:
    """A server that gives every path its one answer; its address."""

    class Examples(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            found = next(body for route, body in answers.items() if re.fullmatch(route, path))
            payload = json.dumps(found, default=str).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: Any) -> None:
            """Nothing to say."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Examples) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def readable(url: str, token: str = "any") -> dict[str, Any]:
    """Every call that the SDK can read there, with what it made of the answer."""
    found = {}
    for name, (_, call) in CALLS.items():
        with xi().ApiClient(xi().Configuration(host=url, access_token=token)) as client:
            try:
                found[name] = call(client)
            except ValidationError:
                continue
            finally:
                client.rest_client.pool_manager.clear()
    return found


@cache
def readable_examples(specs: Path, form: str) -> set[str]:
    published = contract.load(specs, form)
    answers = {}
    for path, _ in CALLS.values():
        # The more exact path first: "search" is also a value of "{renewalId}".
        route = re.sub(r"\{\w+\}", "[^/]+", path)
        answers[route] = next(contract.examples(published, path))
    ordered = dict(sorted(answers.items(), key=lambda item: "[" in item[0]))
    with serving(ordered) as url:
        return set(readable(url))


def signed_in(desk: Desk) -> str:
    """A token, fetched by the SDK as the contract has it: with everything in the query."""
    with xi().ApiClient(xi().Configuration(host=desk.host.url(NAME))) as client:
        answer = (
            xi()
            .AccesstokenApi(client)
            .get_accesstoken(
                "client_credentials", desk.settings["client_id"], desk.settings["client_secret"]
            )
        )
        client.rest_client.pool_manager.clear()
    assert answer.access_token is not None
    return str(answer.access_token)


@pytest.mark.parametrize("published", [True, False], ids=list(FORM.values()))
def test_the_sdk_reads_of_the_sandbox_what_it_reads_of_the_contract(
    specs: Path, desk: Desk, published: bool
) -> None:
    desk.sandbox.published = published

    found = readable(desk.host.url(NAME), signed_in(desk))

    assert readable_examples(specs, FORM[published]) == READABLE[published]
    assert set(found) >= READABLE[published]


def test_the_sdk_and_the_connector_see_the_same_rows(desk: Desk) -> None:
    desk.sandbox.published = False

    found = readable(desk.host.url(NAME), signed_in(desk))

    bids = {bid for bid in desk.read("special_bids").records if not bid.endswith("protection")}
    assert {f"{row.vendor.casefold()}:{row.deal_id}" for row in found["deals"].deals} == bids
    assert {row.quote_number for row in found["quotes"].quotes} == set(desk.read("quotes").records)
    assert {str(row.renewal_id) for row in found["renewals"].renewals} == set(
        desk.read("renewals").records
    )
    assert {row.invoice_number for row in found["invoices"].invoices} == set(
        desk.read("invoices").records
    )
    assert {row.ingram_order_number for row in found["orders"].orders} == set(
        desk.read("orders_on_hold").records
    )


def test_the_sdk_can_ask_the_sandbox_for_open_renewals_in_ingrams_own_spelling(
    desk: Desk,
) -> None:
    desk.sandbox.published = False
    wanted = xi().RenewalsSearchRequest.from_dict(
        {"status": {"OpporutinyStatus": {"value": "Open"}}}
    )

    url, token = desk.host.url(NAME), signed_in(desk)
    with xi().ApiClient(xi().Configuration(host=url, access_token=token)) as client:
        answer = xi().RenewalsApi(client).post_renewalssearch(renewals_search_request=wanted, **WHO)
        client.rest_client.pool_manager.clear()

    open_ones = {key for key, record in desk.read("renewals").records.items() if not record.closed}
    assert {str(row.renewal_id) for row in answer.renewals} == open_ones
