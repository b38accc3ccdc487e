"""Answers in the shapes with which Arrow's two client libraries are tested and documented.

There is nothing of Arrow's to hold sandbox and connector against: it publishes no OpenAPI, and its
libraries (PHP 0.11.31, Node 3.384.0) are on neither package registry that Python or Node installs
from. So these shapes, field by field from their documents, are the contract here; the values are
ours. ``None`` stands where the documents show null.
"""

SUBSCRIPTIONS_PHP = {
    "status": 200,
    "data": [
        {
            "reference": "XSPS100",
            "name": "MSCSP",
            "status": "In Progress",
            "level": None,
            "dateDemand": "2022-07-26 14:25:17",
            "dateValidation": None,
            "dateEnd": None,
            "error_msg": None,
            "details": {"partnerId": "4711"},
        }
    ],
}
SUBSCRIPTIONS_DOCUMENTED = {
    "status": 200,
    "data": [
        {
            "reference": "XSPS101",
            "status": "Pending",
            "dateDemand": "2020-01-01T00:00:00.000Z",
            "dateValidation": "2020-02-01T00:00:00.000Z",
            "dateEnd": "2020-03-01T00:00:00.000Z",
            "name": "MSCSP",
            "details": {
                "sales_guid": "a",
                "admin_guid": "b",
                "helpdesk_guid": "c",
                "mpnid": "9001",
                "tenantid": "d",
            },
        }
    ],
}
NOTIFICATION_SECONDS = {
    "status": 200,
    "data": {
        "notifications": [
            {
                "id": "81f44d73-0000-0000-0000-000000000001",
                "userName": "bob",
                "subject": "License Upgrade",
                "content": "Hi, your license was successfully upgraded",
                "hasBeenRead": 0,
                "created": 1672060533,
                "expires": 1674738933,
            }
        ]
    },
    "pagination": {"searchAfter": "done"},
}
NOTIFICATION_DAYS = {
    "status": 200,
    "data": {
        "notifications": [
            {
                "id": "81f44d73-0000-0000-0000-000000000002",
                "username": "bob",
                "subject": "License Upgrade",
                "content": "Hi, your license was successfully upgraded",
                "hasBeenRead": False,
                "created": "2023-07-17",
                "expires": "2023-08-17",
            }
        ]
    },
}
CAMPAIGN = {
    "reference": "c925ec6e-0000-0000-0000-000000000001",
    "name": "Autumn campaign",
    "category": "BANNER",
    "isActivated": True,
    "createdAt": "2021-06-25T16:00:00:00Z",
    "updatedAt": "2021-06-25T18:00:00Z",
    "deletedAt": None,
    "startDate": "2021-08-01",
    "endDate": "2021-09-30",
    "rules": {"locations": ["MCP"], "marketplaces": ["FR", "US"], "subscriptions": ["MSCSP"]},
    "banner": {"type": "PICTURE", "text": "Banner", "textColor": "#119E0F"},
    "landingPage": {
        "url": "https://campaign.example/landingpage.html",
        "header": {"title": "Big", "baseline": "This page explains", "circleColor": "#FF0000"},
        "body": {
            "type": "PICTURE",
            "title": "Body title",
            "description": "<p>A great description</p>",
            "videoUrl": "https://video.example/",
            "contactEmail": "first.name@mail.example",
        },
        "footer": {
            "title": "Footer",
            "feature": {"title": "Feature", "description": "<p>F</p>", "items": []},
            "marketingFeature": {"title": "Marketing", "description": "<p>M</p>", "items": []},
        },
    },
}
LICENCE = {
    "highlight": {},
    "license": {
        "id": 123456,
        "subscription_id": "12345678-AAAA-CCCC-FFFF-987654321012",
        "parent_line_id": None,
        "parent_order_ref": None,
        "vendor_name": "Microsoft",
        "vendor_code": "Microsoft",
        "subsidiary_name": "Arrow ECS Denmark",
        "partner_ref": "XSP987654321",
        "status_code": 86,
        "status_label": "activation_ok",
        "service_ref": "MS-0B-O365-ENTERPRIS",
        "sku": "ABCDABCD",
        "price": {"buy_price": 10, "sell_price": 15, "list_price": 15, "currency": "USD"},
        "seat": 6,
        "trial": False,
        "auto_renew": True,
        "offer": "Office 365 E3",
        "start_date": "2020-11-18T17:48:43.000Z",
        "end_date": "2021-11-18T17:48:43.000Z",
        "customer_ref": "XSP123456789",
        "customer_name": "My customer",
        "marketplace": "US",
        "active_seats": {"number": None, "lastUpdate": None},
        "message": "",
        "periodicity": 720,
        "term": 8640,
        "isEnabled": True,
        "lastUpdate": "2020-12-08T15:42:30.069Z",
    },
}
