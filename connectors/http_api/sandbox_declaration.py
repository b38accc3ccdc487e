"""How a partner of the made-up Halden Networks would describe its portal's API."""

DECLARATION = """\
version: 1
name: Halden Partner Portal
vendor: Halden Networks
base: {base}/api/v2
zone: Europe/Oslo
headers:
  Accept-Language: en
sign_in:
  type: client_credentials
  token_url: {base}/oauth/token
  scope: partner.read
  client: basic

streams:
  renewals:
    title: Renewals
    kind: deadline
    path: /renewals
    params: {{expand: [customer, contract], limit: 8}}
    rows: data
    when: type != 'internal'
    pager: {{type: cursor, param: after, next: meta.next}}
    map:
      id: id
      title: join(' ', [product.name, 'renewal'])
      due: {{path: endsOn, format: "%d.%m.%Y"}}
      account: customer.name
      reference: contract.number
      status: state
      closed: contains(['ORDERED', 'LAPSED'], state)
      amount: {{path: value.amount, currency: value.currency}}
      category:
        path: type
        words: {{subscription: renewal, support: renewal, certificate: certification}}
      url: links.portal
      facts:
        Seats: seats
        Account manager: contact.name
        Products: product.parts[].sku

  deals:
    title: Deal registrations
    kind: deadline
    method: POST
    path: /deals/search
    body: {{states: [OPEN, EXTENDED]}}
    rows: result.deals
    total: result.count
    pager: {{type: offset, param: skip, size_param: take, size: 3, in: body}}
    window: {{from: expiresFrom, to: expiresTo, back: 30, ahead: 400, in: body}}
    map:
      id: number
      title: "join(': ', ['Deal registration', opportunity])"
      due: expiresAt
      account: endCustomer
      status: state
      amount: {{path: dealSize, currency: {{constant: EUR}}}}
      amount_label: {{constant: deal}}
      category: {{constant: deal registration}}

  targets:
    title: Targets
    kind: goal
    path: /targets
    rows: items
    total: total
    pager: {{type: page, param: page, size_param: per_page, size: 4}}
    map:
      id: id
      title: name
      program: program
      target: goal
      actual: reached
      unit: unit
      period_start: period.from
      period_end: period.to
      due: period.to
      status: standing
      summary: {{path: note, html: true}}

  reports:
    title: Reports owed
    kind: reporting
    path: /reports.csv
    format: csv
    csv: {{delimiter: ";"}}
    completeness: full list
    map:
      id: '"Report ID"'
      title: Report
      due: {{path: '"Due date"', format: "%d.%m.%Y"}}
      recipient: Recipient
      period: Period
      closed: Sent
      amount: {{path: Bonus, currency: Currency, numbers: "1.234,50"}}

  funds:
    title: Marketing funds
    kind: fund
    path: /funds
    rows: value
    pager: {{type: next_link, next: links.next}}
    map:
      id: code
      title: name
      fund_type: type
      currency: currency
      allocated: money.granted
      claimed: money.claimed
      remaining: money.left
      lapses: {{path: claimBy, zone: UTC}}
      status: state
"""
