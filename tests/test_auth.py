"""Who may call what, on both faces: tokens, scopes, and what a caller without one learns."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import Code, Identity, RpcError, TokenAuth, TokenStore, testing
from gemstone_grpc.auth.credential import Credential

READER, WRITER = "gs_reader_" + "r" * 32, "gs_writer_" + "w" * 32
FACES = ("jsonrpc", "grpc")


def sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Users(gemstone.MicroService):
    name = "users"
    auth: Any = TokenAuth(
        {
            sha256(READER): Identity("reader"),
            sha256(WRITER): Identity("writer", frozenset({"users:write", "users:read"})),
        }
    )

    @gemstone.exposed_method()
    async def whoami(self, context: gemstone.Context) -> str | None:
        return context.identity.subject if context.identity else None

    @gemstone.exposed_method(private=True)
    async def find(self, user_id: int) -> int:
        return user_id

    @gemstone.exposed_method(scopes={"users:write"})
    async def rename(self, user_id: int) -> int:
        return user_id

    @gemstone.exposed_method(private=True)
    async def watch(self, user_id: int) -> AsyncIterator[int]:
        for number in range(3):
            yield number

    @gemstone.exposed_method(private=True)
    async def total(self, numbers: AsyncIterator[int]) -> int:
        return sum([number async for number in numbers])

    @gemstone.exposed_method(internal=True)
    async def reindex(self) -> None: ...


@pytest.fixture(params=["sockets", "memory"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[testing.Client]:
    start: Any = testing.running if request.param == "sockets" else testing.in_memory
    async with start(Users()) as client:
        yield client


@pytest.fixture(params=FACES)
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def call(client: testing.Client, face: str, method: str, **params: Any) -> Any:
    if face == "jsonrpc":
        return await client.jsonrpc(method, params)
    return await client.grpc(method, **params)


async def refusal(calling: Awaitable[Any]) -> tuple[Code, str]:
    with pytest.raises(RpcError) as caught:
        await calling
    return caught.value.code, caught.value.message


NEEDED = (Code.UNAUTHENTICATED, "A token is needed")
INVALID = (Code.UNAUTHENTICATED, "The token is not valid")


# -- rules -----------------------------------------------------------------------------------


async def test_an_identity_is_on_the_context(client: testing.Client, face: str) -> None:
    assert await call(client, face, "whoami") is None
    assert await call(client.with_token(READER), face, "whoami") == "reader"
    assert await call(client.with_metadata(("x-api-token", WRITER)), face, "whoami") == "writer"


async def test_private_needs_an_identity(client: testing.Client, face: str) -> None:
    assert await refusal(call(client, face, "find", user_id=7)) == NEEDED
    assert await call(client.with_token(READER), face, "find", user_id=7) == 7


async def test_scopes_are_all_needed(client: testing.Client, face: str) -> None:
    assert await refusal(call(client, face, "rename", user_id=7)) == NEEDED
    with pytest.raises(RpcError) as caught:
        await call(client.with_token(READER), face, "rename", user_id=7)
    assert caught.value.code is Code.PERMISSION_DENIED
    assert caught.value.message == "The token lacks the scope users:write"
    assert caught.value.details == {"missing_scopes": ["users:write"]}
    assert await call(client.with_token(WRITER), face, "rename", user_id=7) == 7


async def test_streams_are_guarded_too(client: testing.Client) -> None:
    with pytest.raises(RpcError) as caught:
        [_ async for _ in client.stream("watch", user_id=7)]
    assert (caught.value.code, caught.value.message) == NEEDED
    assert await refusal(client.grpc("total", numbers=[1, 2])) == NEEDED
    reader = client.with_token(READER)
    assert [number async for number in reader.stream("watch", user_id=7)] == [0, 1, 2]
    assert await reader.grpc("total", numbers=[1, 2]) == 3


async def test_nothing_is_learned_of_a_private_method(client: testing.Client, face: str) -> None:
    if face == "jsonrpc":
        for params in ({}, {"user_id": "x"}, {"nope": 1}, [1, 2, 3]):
            for method in ("find", "watch", "rename"):
                assert await refusal(client.jsonrpc(method, params)) == NEEDED
    else:
        for request in (b"", b"\xff\xff", b"\x08\x07"):
            for method in ("find", "rename"):
                assert await refusal(client.unary(method, request)) == NEEDED


async def test_a_bad_token_is_refused_on_public_methods_too(
    client: testing.Client, face: str
) -> None:
    assert await refusal(call(client.with_token("gs_no_key"), face, "whoami")) == INVALID


async def test_internal_is_no_public_method(client: testing.Client) -> None:
    with pytest.raises(RpcError) as caught:
        await client.with_token(WRITER).jsonrpc("reindex", [])
    with pytest.raises(RpcError) as unknown:
        await client.with_token(WRITER).jsonrpc("nothing", [])
    assert str(caught.value) == str(unknown.value)
    assert caught.value.code is unknown.value.code
    await client.grpc("reindex")


BAD_METADATA = [
    [("authorization", "Bearer " + READER), ("x-api-token", WRITER)],
    [("authorization", "Bearer " + READER), ("x-api-token", READER)],
    [("x-api-token", READER), ("x-api-token", READER)],
    [("authorization", "Bearer " + READER), ("authorization", "Bearer " + WRITER)],
    [("authorization", "Bearer")],
    [("authorization", f"Bearer {READER} {WRITER}")],
    [("authorization", f"Bearer {READER},{WRITER}")],
    [("x-api-token", "")],
    [("x-api-token", READER[:-1])],
    [("x-api-token", READER + "r")],
    [("x-api-token", READER.upper())],
]


@pytest.mark.parametrize("pairs", BAD_METADATA)
async def test_tokens_that_are_none(
    pairs: list[tuple[str, str]], client: testing.Client, face: str
) -> None:
    code, message = await refusal(call(client.with_metadata(*pairs), face, "find", user_id=7))
    assert code is Code.UNAUTHENTICATED
    assert READER not in message


async def test_another_scheme_is_no_token(client: testing.Client, face: str) -> None:
    basic = client.with_metadata(("authorization", "Basic YTpi"))
    assert await call(basic, face, "whoami") is None
    both = basic.with_metadata(("x-api-token", READER))
    assert await call(both, face, "whoami") == "reader"


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_names_and_schemes_in_any_case(
    name: str, scheme: str, client: testing.Client
) -> None:
    caller = client.with_metadata((name, f"{scheme} {READER}"))
    assert await caller.jsonrpc("whoami") == "reader"


async def test_each_entry_of_a_batch_is_guarded(client: testing.Client) -> None:
    body = (
        b'[{"jsonrpc":"2.0","id":1,"method":"whoami"},'
        b'{"jsonrpc":"2.0","id":2,"method":"find","params":[7]}]'
    )
    answer = await client.post(body)
    assert answer is not None
    assert b'"id":1,"result":null' in answer
    assert b'"id":2,"error":{"code":-32001,"message":"A token is needed"' in answer


# -- verifiers -------------------------------------------------------------------------------


class Fixed:
    """Knows one token."""

    def __init__(self, token: str) -> None:
        self.token = token

    async def verify(self, credential: Any, context: gemstone.Context) -> Identity | None:
        known = credential is not None and credential.token == self.token
        return Identity(self.token) if known else None


async def test_several_verifiers_in_order() -> None:
    class Several(Users):
        auth = (Fixed("a"), Fixed("b"))

        async def authenticate_request(self, context: gemstone.Context) -> Identity | None:
            name = context.metadata.get("x-user")
            return Identity(name) if name else None

    async with testing.in_memory(Several()) as client:
        assert await client.with_token("a").jsonrpc("whoami") == "a"
        assert await client.with_token("b").jsonrpc("whoami") == "b"
        assert await client.with_metadata(("x-user", "ann")).jsonrpc("whoami") == "ann"
        assert await refusal(client.with_token("c").jsonrpc("whoami")) == INVALID


async def test_authenticate_request_alone_and_as_a_plain_def() -> None:
    class Own(gemstone.MicroService):
        name = "own"

        def authenticate_request(self, context: gemstone.Context) -> Any:
            return Identity("ann") if context.metadata.get("x-user") else None

        @gemstone.exposed_method(private=True)
        async def find(self) -> str:
            return "found"

    async with testing.in_memory(Own()) as client:
        assert await refusal(client.jsonrpc("find")) == NEEDED
        assert await client.with_metadata(("x-user", "1")).jsonrpc("find") == "found"


async def test_a_verifier_that_fails_lets_nobody_in(client: testing.Client, face: str) -> None:
    class Failing:
        async def verify(self, credential: Any, context: gemstone.Context) -> Identity | None:
            raise ZeroDivisionError(credential.token)

    class Broken(Users):
        auth = Failing()

    async with testing.in_memory(Broken()) as broken:
        caller = broken.with_token("secret")
        assert await refusal(call(caller, face, "find", user_id=7)) == (
            Code.INTERNAL, "Internal error",
        )  # fmt: skip


# -- entries ---------------------------------------------------------------------------------


async def identity(auth: TokenAuth, token: str) -> Identity | None:
    nobody: Any = None
    return await auth.verify(Credential(token), nobody)


async def test_entries_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"# all\nreader {sha256(READER)}; writer {sha256(WRITER)} users:read users:write;;"
    monkeypatch.setenv("USERS_TOKENS", text)
    auth = TokenAuth.from_env("USERS_TOKENS")
    assert await identity(auth, READER) == Identity("reader")
    assert await identity(auth, WRITER) == Identity(
        "writer", frozenset({"users:read", "users:write"})
    )
    assert await identity(auth, "other") is None


async def test_a_file_is_read_again_when_it_changes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"reader {sha256(READER)}")
    auth = TokenAuth.from_file(file)
    assert await identity(auth, READER) == Identity("reader")
    file.write_text(f"writer {sha256(WRITER)} \n")
    assert await identity(auth, READER) is None
    assert await identity(auth, WRITER) == Identity("writer")
    file.write_text("writer nonsense")
    assert await identity(auth, WRITER) == Identity("writer")
    assert await identity(auth, WRITER) == Identity("writer")
    assert caplog.text.count("what it held before still counts") == 1
    file.unlink()
    assert await identity(auth, WRITER) == Identity("writer")
    file.write_text(f"reader {sha256(READER)}\n\n")
    assert await identity(auth, READER) == Identity("reader")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ann", "T, entry 1: a name and a digest are needed"),
        ("\n\nann xyz", "T, entry 3: a digest is 64 hexadecimal digits: the SHA-256 of a key"),
        (f"ann {READER}", "T, entry 1: this is a key, not its digest: keep the key to its owner"),
    ],
)
def test_entries_with_a_mistake(text: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T", text)
    with pytest.raises(gemstone.StartError) as refused:
        TokenAuth.from_env("T")
    assert str(refused.value) == words


def test_a_variable_that_is_not_set() -> None:
    with pytest.raises(gemstone.StartError, match="NO_SUCH_TOKENS is not set: "):
        TokenAuth.from_env("NO_SUCH_TOKENS")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(gemstone.StartError, match="cannot be read: "):
        TokenAuth.from_file(tmp_path / "tokens")


@pytest.mark.parametrize("auth", [TokenAuth, "token", 5, ["token"], object()])
def test_mistakes_in_auth(auth: Any) -> None:
    cls = type("Mistaken", (Users,), {"auth": auth})
    with pytest.raises(gemstone.StartError, match=r"Mistaken.auth holds .*: give it a TokenAuth"):
        cls().wire({})


# -- store -----------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    return TokenStore(f"sqlite:///{tmp_path}/tokens.db")


def serving(store: TokenStore) -> gemstone.MicroService:
    class Stored(Users):
        auth = store
        token_recheck = 0.1

        @gemstone.exposed_method(private=True)
        async def follow(self) -> AsyncIterator[int]:
            yield 1
            await asyncio.Event().wait()

    return Stored()


async def test_a_stored_key(store: TokenStore, face: str) -> None:
    key = store.create("ann", {"users:write"})
    async with testing.running(serving(store)) as client:
        caller = client.with_token(key.text)
        assert await call(caller, face, "rename", user_id=7) == 7
        assert await call(caller, face, "whoami") == "ann"


async def test_revocation_counts_at_the_next_call_in_every_process(
    store: TokenStore, face: str, tmp_path: Path
) -> None:
    key = store.create("ann")
    async with testing.running(serving(store)) as client:
        caller = client.with_token(key.text)
        assert await call(caller, face, "find", user_id=7) == 7
        elsewhere = TokenStore(f"sqlite:///{tmp_path}/tokens.db")
        assert [token.id for token in elsewhere.revoke("ann")] == [key.id]
        assert await refusal(call(caller, face, "find", user_id=7)) == INVALID
        key = elsewhere.create("ann")
        assert await call(client.with_token(key.text), face, "find", user_id=7) == 7


async def test_a_revoked_key_ends_open_streams(store: TokenStore) -> None:
    key = store.create("ann")
    async with testing.running(serving(store)) as client:
        stream = client.with_token(key.text).stream("follow")
        assert await anext(stream) == 1
        store.revoke(key.id)
        async with asyncio.timeout(5):
            assert await refusal(anext(stream)) == INVALID


async def test_expiry(store: TokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    key = store.create("ann", ttl=60)
    async with testing.in_memory(serving(store)) as client:
        caller = client.with_token(key.text)
        assert await caller.jsonrpc("whoami") == "ann"
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 59)
        assert await caller.jsonrpc("whoami") == "ann"
        monkeypatch.setattr(time, "time", lambda: now + 61)
        assert await refusal(caller.jsonrpc("whoami")) == INVALID


async def test_the_last_use_is_kept(store: TokenStore) -> None:
    key = store.create("ann")
    assert store.list()[0].last_used is None
    async with testing.in_memory(serving(store)) as client:
        await client.with_token(key.text).jsonrpc("whoami")
        async with asyncio.timeout(5):
            while store.list()[0].last_used is None:
                await asyncio.sleep(0.01)


def test_two_live_keys_for_a_name(store: TokenStore) -> None:
    first = store.create("ann", {"users:read"})
    second = store.rotate("ann")
    assert [token.scopes for token in store.list()] == [frozenset({"users:read"})] * 2
    with pytest.raises(gemstone.StartError, match="ann has 2 live keys"):
        store.rotate("ann")
    store.revoke(first.id)
    third = store.rotate("ann")
    live = [token.id for token in store.list() if token.revoked is None]
    assert live == [second.id, third.id]


def test_what_a_store_refuses(store: TokenStore, tmp_path: Path) -> None:
    with pytest.raises(gemstone.StartError, match="bob has no live key"):
        store.rotate("bob")
    with pytest.raises(gemstone.StartError, match="neither the id nor the name of a live key"):
        store.revoke("bob")
    for url in ("tokens.db", "sqlite:///", "redis://localhost"):
        with pytest.raises(gemstone.StartError, match="is no token store"):
            TokenStore(url)
    (tmp_path / "text.db").write_text("no database at all, but long enough to look at" * 100)
    for path in (tmp_path / "nowhere/tokens.db", tmp_path, tmp_path / "text.db"):
        with pytest.raises(gemstone.StartError, match="cannot be used"):
            TokenStore(f"sqlite:///{path}")


def test_keys_are_not_in_the_file_and_not_in_texts(store: TokenStore, tmp_path: Path) -> None:
    key = store.create("ann")
    assert key.text not in repr(key)
    assert (tmp_path / "tokens.db").stat().st_mode & 0o077 == 0
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert key.text.encode() not in held
    assert key.text.rpartition("_")[2].encode() not in held
    assert key.digest in held
