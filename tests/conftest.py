"""In CI a skipped test is a failure."""

import os

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("a skipped test is a failure in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
