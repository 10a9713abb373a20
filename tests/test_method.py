"""Exposed methods: what is collected, and mistakes, which name the place and the way out."""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import Code, RpcError, StartError, exposed_method
from gemstone_grpc.method import Method, collect


class NotFound(RpcError):
    code = Code.NOT_FOUND


def find(self: Any) -> None:
    """A method."""


async def find_async(self: Any) -> None: ...


async def watch(self: Any) -> AsyncIterator[int]:
    yield 1


async def collect_all(self: Any, numbers: AsyncIterator[int]) -> int:
    return 0


def relay(self: Any, numbers: AsyncIterator[int]) -> AsyncIterator[int]:
    return numbers


async def mislabelled(self: Any) -> int:  # type: ignore[misc]
    yield 1


def yielding(self: Any) -> Iterator[int]:
    yield 1


def selfless() -> None: ...


def starred(self: Any, *contexts: gemstone.Context) -> None: ...


def double_starred(self: Any, **contexts: gemstone.Context) -> None: ...


class Stock:
    @exposed_method()
    def find(self) -> None: ...


def having(**attributes: Any) -> object:
    """An object of a class `Users` with these attributes."""
    return type("Users", (), attributes)()


def method(function: Callable[..., Any], **options: Any) -> Method:
    (collected,) = collect([having(find=exposed_method(**options)(function))])
    return collected


def refusal(make: Callable[[], Any]) -> str:
    with pytest.raises(StartError) as caught:
        make()
    return str(caught.value)


# -- mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["", "find user", "1st", "_find", "users.", ".find", "users..find", "größe", "a\n", 5]
)
def test_a_name(name: Any) -> None:
    assert refusal(lambda: method(find, name=name)) == (
        f"Users.find cannot be exposed as {name!r}: a name is letters, digits and underscores, "
        "starts with a letter and may be grouped with dots; pass one to @exposed_method(name)"
    )


def test_a_name_of_json_rpc() -> None:
    assert refusal(lambda: method(find, name="rpc.find")) == (
        "Users.find cannot be exposed as 'rpc.find': JSON-RPC 2.0 keeps names that begin with "
        "`rpc.` for itself; choose another"
    )
    assert method(find, name="rpc").name == "rpc"
    assert method(find, name="rpcs.find").name == "rpcs.find"


@pytest.mark.parametrize("timeout", [0, -1, "5", True, float("nan"), float("inf")])
def test_a_timeout(timeout: Any) -> None:
    assert refusal(lambda: method(find, timeout=timeout)) == (
        f"Users.find: timeout={timeout!r} must be a number of seconds above zero"
    )


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (find, {"errors": [ValueError]},
         "Users.find: errors= takes subclasses of RpcError, not <class 'ValueError'>"),
        (find, {"errors": [RpcError]},
         "Users.find: RpcError has no code: set `code = Code.NOT_FOUND`, or another, on the class"),
        (find_async, {"blocking": True},
         "Users.find: blocking=True is for a plain `def`: drop it, or drop `async`"),
        (watch, {"blocking": True},
         "Users.find: blocking=True is for a plain `def`: drop it, or drop `async`"),
        (mislabelled, {},
         "Users.find yields, and its hint does not say so: write AsyncIterator[T]"),
        (yielding, {},
         "Users.find yields in a plain `def`: make it `async def` to stream, or return a list"),
        (selfless, {}, "Users.find takes no self: write it as its first parameter"),
        (starred, {},
         "Users.find, parameter `contexts`: a call has one Context: drop the stars"),
        (double_starred, {},
         "Users.find, parameter `contexts`: a call has one Context: drop the stars"),
    ],
)  # fmt: skip
def test_a_method(function: Callable[..., Any], options: dict[str, Any], message: str) -> None:
    assert refusal(lambda: method(function, **options)) == message


def test_two_of_one_name() -> None:
    twins = having(find=exposed_method("x")(find), search=exposed_method("x")(find_async))
    assert refusal(lambda: collect([twins])) == (
        "Users.search and Users.find are both named 'x': give one another name with "
        "@exposed_method(name)"
    )
    users = having(find=exposed_method()(find))
    assert refusal(lambda: collect([users, Stock()])) == (
        "Stock.find and Users.find are both named 'find': give one another name with "
        "@exposed_method(name)"
    )
    assert refusal(lambda: collect([Stock(), Stock()])) == (
        "Stock.find is exposed twice: list one object of its class in modules, not two"
    )


def test_what_cannot_be_called() -> None:
    shadowed = type("Shop", (Stock,), {"find": None})()
    assert refusal(lambda: collect([shadowed])) == (
        "Shop.find is exposed but cannot be called: expose a method instead"
    )
    computed = having(find=property(exposed_method()(find)))
    assert refusal(lambda: collect([computed])) == (
        "Users.find is exposed but cannot be called: expose a method instead"
    )


def test_a_decorator_is_refused_where_it_is_written() -> None:
    misused: Any = exposed_method
    assert refusal(lambda: misused(Stock.find)) == (
        "Stock.find: write @exposed_method() with parentheses"
    )
    assert refusal(lambda: misused()(property(Stock.find))) == (
        "Stock.find cannot be called: put @exposed_method() on a method"
    )
    assert refusal(lambda: misused()(5)) == "5 cannot be called: put @exposed_method() on a method"
    assert refusal(lambda: misused(scopes="users:read")(find)) == (
        "find: scopes='users:read' is no collection: write scopes=['users:read']"
    )
    assert refusal(lambda: misused(errors=NotFound)(find)) == (
        "find: errors=NotFound is no collection: write errors=[NotFound]"
    )


# -- what is collected -----------------------------------------------------------------------


def test_the_options_arrive() -> None:
    collected = method(
        find,
        name="users.find",
        internal=True,
        timeout=2,
        blocking=False,
        errors=iter([NotFound]),
        scopes={"users:read"},
        deprecated=True,
    )
    assert (collected.name, collected.label, collected.doc) == (
        "users.find",
        "Users.find",
        "A method.",
    )
    assert collected.internal
    assert collected.deprecated
    assert collected.private  # scopes make it so
    assert (collected.timeout, collected.blocking) == (2, False)
    assert (collected.errors, collected.scopes) == ((NotFound,), frozenset({"users:read"}))


@pytest.mark.parametrize(
    ("function", "streaming", "blocking"),
    [
        (find, (False, False), True),
        (find_async, (False, False), False),
        (watch, (False, True), False),
        (collect_all, (True, False), False),
        (relay, (True, True), False),
    ],
)
def test_how_a_function_runs(
    function: Callable[..., Any], streaming: tuple[bool, bool], blocking: bool
) -> None:
    collected = method(function)
    assert (collected.client_streaming, collected.server_streaming) == streaming
    assert collected.blocking is blocking


class Base:
    @exposed_method()
    def first(self) -> None: ...

    @exposed_method("second.renamed")
    def second(self) -> None: ...

    @exposed_method()
    @staticmethod
    def static(x: int) -> None: ...

    @classmethod
    @exposed_method()
    def of_class(cls, x: int) -> None: ...

    def hidden(self) -> None: ...


class Derived(Base):
    @exposed_method()
    def third(self) -> None: ...

    def second(self) -> None:
        """Still exposed, under the same name."""

    @exposed_method("other")
    def first(self) -> None: ...


def test_inherited_and_overridden_methods() -> None:
    methods = {method.name: method for method in collect([Derived()])}
    assert [*methods] == ["other", "second.renamed", "static", "of_class", "third"]
    assert methods["second.renamed"].doc == "Still exposed, under the same name."
    assert methods["second.renamed"].label == "Derived.second"
    assert [p.name for p in methods["static"].parameters] == ["x"]
    assert [p.name for p in methods["of_class"].parameters] == ["x"]


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Wrapped:
    @exposed_method()
    @logged
    def outer(self, x: int, context: gemstone.Context) -> str:
        return ""

    @logged
    @exposed_method()
    def inner(self, x: int) -> str:
        return ""


def test_the_hints_of_a_wrapped_function_are_seen() -> None:
    outer, inner = collect([Wrapped()])
    assert [(p.name, p.hint, p.is_context) for p in outer.parameters] == [
        ("x", int, False),
        ("context", gemstone.Context, True),
    ]
    assert [(p.name, p.hint) for p in inner.parameters] == [("x", int)]
    assert (outer.result, inner.result) == (str, str)
