"""What was skipped, and why, in one line a reason.

In CI it fails the run: a promise that nobody checked is not kept.
"""

import pytest

from tests.support.environment import in_ci

HARMLESS = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


class Skips:
    """Hears of skips from all workers. ``fatal`` fails the run for them."""

    def __init__(self, *, fatal: bool) -> None:
        self.fatal = fatal
        self.reasons: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        self.reasons[report.nodeid] = reason.removeprefix("Skipped: ")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.fatal and self.reasons and session.exitstatus in HARMLESS:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.reasons:
            return
        terminalreporter.section(
            "skipped, which fails a run in CI" if self.fatal else "skipped", red=self.fatal
        )
        for reason in dict.fromkeys(self.reasons.values()):
            tests = [nodeid for nodeid, why in self.reasons.items() if why == reason]
            more = f" and {len(tests) - 1} more" if len(tests) > 1 else ""
            terminalreporter.line(f"{reason} ({tests[0]}{more})")


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that prints the summary judges; workers send it their reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Skips(fatal=in_ci()))
