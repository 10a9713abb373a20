"""The table of attacks and their outcomes, printed at the end of a run."""

from typing import Any

import pytest

OUTCOMES: list[tuple[str, str]] = []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if OUTCOMES:
        terminalreporter.section("attacks")
        width = max(len(attack) for attack, _ in OUTCOMES)
        for attack, outcome in OUTCOMES:
            terminalreporter.write_line(f"{attack:<{width}}  {outcome}")


@pytest.fixture
def outcome(request: pytest.FixtureRequest) -> Any:
    """Notes what came of an attack."""
    name = request.node.name.removeprefix("test_").replace("_", " ")

    def note(text: str) -> None:
        OUTCOMES.append((name, text))

    return note
