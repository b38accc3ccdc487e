"""How Ingram writes an answer: the shape that its schema says, or the one its examples show.

The two differ (a list around an object, numbers as text, one link or a list of them, names
in another case), and which of them the live platform sends is not known.
"""

from collections.abc import Mapping

from connectors.sdk.sandbox import Row

END_USER_NAMES = (
    *("contact", "name1", "name2", "companyName"),
    *("addressLine1", "addressLine2", "addressLine3", "addressLine4"),
    *("city", "state", "postalCode", "countryCode", "phoneNumber", "email"),
)


def link(topic: str, href: str, verb: str = "GET") -> Row:
    """One link of a row."""
    return {"topic": topic, "href": href, "type": verb}


def renewal(row: Row) -> Row:
    """A renewal in the search, with links that need not fit its id."""
    links = [link("renewals", f"/resellers/v6/renewals/{row['renewalId']}", "Get")]
    if str(row["referenceNumber"]).startswith("QUO-"):
        quote = f"/resellers/v6/quotes/{row['referenceNumber']}"
        links.append(link("quotedetails", quote, "Get"))
    return {**row, "links": links}


def renewal_detail(row: Row) -> Row:
    """The same renewal in detail: id and value are text there, the reference an object."""
    reference = str(row["referenceNumber"])
    quote = reference if reference.startswith("QUO-") else ""
    return {
        **row,
        "renewalId": str(row["renewalId"]),
        "renewalValue": f"{row['renewalValue']:g}",
        "ingramOrderNumber": "",
        "ingramOrderDate": None,
        "ingramPurchaseOrderNumber": "",
        "endCustomerOrderNumber": "115030.0",
        "endUserInfo": _person(row["endUser"], name="Robin Vale".ljust(100), blank=""),
        "referenceNumber": {
            "notificationId": "" if quote else reference,
            "quoteNumber": quote,
        },
        "products": [],
        "additionalAttributes": [
            {
                "attributeDescription": "SerialNumber",
                "attributeValue": "9517647541",
                "startDate": None,
                "expirationDate": None,
                "isConsolidated": "",
            }
        ],
    }


def deal(row: Row) -> Row:
    """A bid in the search: one link, an object, with the blanks of the id in its address."""
    names = ("dealId", "version", "endUser", "vendor", "dealExpiryDate")
    return {name: row[name] for name in names} | {
        "links": link("Deals", f"/resellers/v6/deals/{row['dealId']}")
    }


def deal_detail(row: Row) -> Row:
    """The same bid in detail: without its vendor."""
    return {
        **row,
        "vendor": None,
        "endUserInfo": _person(row["endUser"], name="Robin Vale", blank=None),
    }


def quote_detail(row: Row) -> Row:
    """A quote in detail: other names for status and total, dates as instants."""
    return {
        "quoteName": row["quoteName"],
        "quoteNumber": row["quoteNumber"],
        "revision": row["revision"],
        "ingramQuoteDate": f"{row['ingramQuoteDate']}T18:17:28Z",
        "lastModifiedDate": f"{row['lastModifiedDate']}T19:12:03Z",
        "ingramQuoteExpiryDate": row["ingramQuoteExpiryDate"],
        "currencyCode": "USD",
        "status": row["quoteStatus"],
        "introPreamble": "<font color='red'><b></b></font>#####<font>Thank you.</font>",
        "endUserInfo": {"companyName": row["endUserContact"]},
        "products": [],
        "productsCount": 0,
        "extendedQuotePriceTotal": row["quoteTotal"],
    }


def invoice(row: Row) -> Row:
    """An invoice in the search, where nothing names its currency."""
    return {name: value for name, value in row.items() if name != "currency"}


def invoice_detail(row: Row, *, published: bool) -> Row:
    """The same invoice in detail."""
    charge = {"chargeDescription": "TAX", "miscChargeLineTotal": 0}
    if published:
        charge = {f"{name[0].upper()}{name[1:]}": value for name, value in charge.items()}
    return {
        "invoiceNumber": row["invoiceNumber"],
        "invoiceStatus": row["invoiceStatus"].title(),
        "invoiceDate": row["invoiceDate"],
        "invoiceDueDate": row["invoiceDueDate"],
        "customerOrderNumber": row["customerOrderNumber"],
        "paymentTermsInfo": {
            "paymentTermsCode": "30",
            "paymentTermsDescription": "NET 30 DAYS",
            "paymentTermsDueDate": row["paymentTermsDueDate"],
        },
        "lines": [
            {
                "ingramLineNumber": "12",
                "unitWeight": "0.0" if published else 0.0,
                "quantity": 1,
                "unitPrice": row["invoicedAmountDue"],
                "currencyCode": row["currency"],
            }
        ],
        "fxRateInfo": {
            "currencyCode": row["currency"],
            "companyCurrency": "USD",
            "invoiceCurrency": row["currency"],
            "currencyFxRate": 1,
        },
        "summary": {
            "miscCharges": [charge],
            "totals": {"invoicedAmountDue": row["invoicedAmountDue"]},
        },
    }


def order(row: Row, *, published: bool) -> Row:
    """An order; the examples write its amounts as text and its links as one object."""
    number, total = row["ingramOrderNumber"], row["orderTotal"]
    detail = link("orders", f"/resellers/v6.1/orders/{number}-11")
    sub = {
        "subOrderNumber": f"{number}-11",
        "subOrderTotal": f"{total:.2f}" if published else total,
        "subOrderStatus": row["status"],
        "links": detail if published else [detail],
    }
    return {
        **{name: value for name, value in row.items() if name != "status"},
        "orderTotal": f"{total:.2f}" if published else total,
        "orderStatus": "CLOSED" if row["status"] == "SHIPPED" else "OPEN",
        "subOrders": [sub],
    }


def _person(company: str, *, name: str, blank: str | None) -> Mapping[str, str | None]:
    person = dict.fromkeys(END_USER_NAMES, blank)
    return person | {"contact": name, "companyName": company, "email": "robin.vale@example.com"}
