"""The programs in `clients/` against the example services, over real sockets."""

import json
from collections.abc import AsyncIterator

import pytest

from examples.users import Users
from examples.vectors import Vectors
from gemstone_grpc import testing
from tests.clients.languages import CLIENTS, LANGUAGES, Language

pytestmark = pytest.mark.timeout(900)  # the first build fetches and compiles what it needs


@pytest.fixture(scope="module", params=LANGUAGES, ids=lambda language: language.name)
async def language(request: pytest.FixtureRequest) -> Language:
    built: Language = request.param
    await built.build()
    return built


@pytest.fixture
async def users() -> AsyncIterator[str]:
    """The address of a service without users."""
    async with testing.running(Users()) as client:
        yield client.wired.grpc_address


@pytest.fixture
async def vectors() -> AsyncIterator[str]:
    async with testing.running(Vectors()) as client:
        yield client.wired.grpc_address


async def test_users(language: Language, users: str) -> None:
    steps = [json.loads(line) for line in await language.run_users(users)]
    assert steps == [
        {
            "step": "unary",
            "user": {
                "id": 1,
                "email": "ann@example.com",
                "role": "ROLE_EDITOR",
                "tags": ["a", "b"],
            },
        },
        {"step": "stream", "nicknames": [None, "annie"]},
        {"step": "deadline", "status": "DEADLINE_EXCEEDED"},
        {
            "step": "error",
            "status": "NOT_FOUND",
            "message": "No user has this id.",
            "details": {"user_id": 4294967296},
        },
        {"step": "metadata", "request_id": f"{language.name}-1"},
    ]


async def test_vectors(language: Language, vectors: str) -> None:
    lines = await language.run_vectors(vectors)
    count = len(json.loads((CLIENTS / "vectors.json").read_bytes()))
    assert [json.loads(line) for line in lines] == [{"vectors": count, "failed": []}]


def test_every_client_is_in_the_table() -> None:
    folders = {file.parent.name for file in CLIENTS.glob("*/README.md")}
    assert folders == {language.name for language in LANGUAGES}
