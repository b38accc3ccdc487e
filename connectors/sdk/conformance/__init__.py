"""The conformance suite: what every connector must show, proven on its simulated platform.

    for result in run(connector, Sandbox):
        print(result.id, result.outcome, result.text)

It knows nothing of a test runner. A check that a platform cannot show is named in its
sandbox's ``bypasses`` with a written reason, beside the simulation that would have to show it.
"""

from connectors.sdk.conformance.results import Outcome, Result
from connectors.sdk.conformance.suite import TITLES, Checkout, run

__all__ = ["TITLES", "Checkout", "Outcome", "Result", "run"]
