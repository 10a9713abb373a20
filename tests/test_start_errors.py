"""Mistakes that stop a start: each is one `StartError` that names the place and the way out."""

import math
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import StartError, exposed_method

HERE = Path(__file__).resolve().parent


class Users(gemstone.MicroService):
    name = "users"


class Stock(gemstone.Container):
    @exposed_method()
    def find(self) -> None: ...


def service(**attributes: Any) -> gemstone.MicroService:
    """An instance of a class `Users` with these attributes."""
    made = type("Users", (Users,), {"__module__": __name__, **attributes})()
    assert isinstance(made, Users)
    return made


async def refusal(broken: gemstone.MicroService) -> str:
    with pytest.raises(StartError) as caught:
        async with broken:
            pass
    return str(caught.value)


class Forgetful(Users):
    def __init__(self) -> None:
        self.users: list[str] = []


class Nameless(gemstone.MicroService):
    pass


class Silent:
    def intercept(self, context: gemstone.Context, call_next: gemstone.Next) -> None: ...


SHARED = (
    "that all instances would share: set it in __init__ (self.{0} = ...), or annotate it ClassVar "
    "if that is meant"
)
PAIRS = "give it pairs of a callable and a number of seconds, such as (refresh, 60)"
PRIVATE = "set `auth`, or use internal=True instead to keep the method off the public face"
INTERCEPT = "give it objects that have `async def intercept(self, context, call_next)`"
MUTABLE: list[Any] = [[], {}, set(), bytearray()]


def find(self: Any) -> None: ...


def exposed(*args: Any, **options: Any) -> Any:
    """A method with these options."""
    return exposed_method(*args, **options)(lambda self: None)


BROKEN: list[tuple[gemstone.MicroService, str]] = [
    (Nameless(), 'Nameless has no name: add `name = "nameless"` to the class'),
    (service(name="Users!"),
     "Users.name = 'Users!': a name is lower-case words, such as \"users\" or \"shop.users\""),
    (service(port="8000"), "Users.port = '8000': expected a whole number from 0 to 65535"),
    (Users(port="8000"), "Users(port='8000'): expected a whole number from 0 to 65535"),
    (Users(prot=8000), "Users() has no setting 'prot': did you mean 'port'?"),
    (Forgetful(), "Forgetful.__init__ must call super().__init__(**settings)"),
    *[
        (service(cache=value), f"Users.cache is a {type(value).__name__} {SHARED.format('cache')}")
        for value in MUTABLE
    ],
    (service(_cache=[]), f"Users._cache is a list {SHARED.format('_cache')}"),
    (service(modules=[type("Stock", (Stock,), {"items": []})()]),
     f"Stock.items is a list {SHARED.format('items')}"),
    (service(modules=[Stock]),
     "Users.modules holds the class Stock: write Stock()"),
    (service(modules=["stock"]),
     "Users.modules holds 'stock': give it objects of Container subclasses"),
    *[
        (service(**{name: value}), f"Users.{name} must be a list of {what}")
        for name, value, what in (
            ("modules", Stock(), "Container objects"),
            ("modules", None, "Container objects"),
            ("interceptors", "log", "objects with `intercept`"),
            ("grpc_interceptors", 5, "grpc.aio.ServerInterceptor objects"),
            ("extra_handlers", {}, 'pairs such as ("/page", PageHandler)'),
            ("static_dirs", "/static", 'pairs such as ("/static", "static")'),
            ("periodic_tasks", find, "pairs such as (refresh, 60)"),
        )
    ],
    *[
        (service(static_dirs=[entry]),
         f'Users.static_dirs holds {entry!r}: give it pairs such as ("/static", "static")')
        for entry in ("/s", ("/s",), ("/s", 5), (5, "s"))
    ],
    (service(grpc_interceptors=["log"]),
     "Users.grpc_interceptors holds 'log': give it objects of grpc.aio.ServerInterceptor "
     "subclasses"),
    (service(template_dir=5), "Users.template_dir must be the path of a folder"),
    (service(on_service_start=None),
     "Users.on_service_start must be a method: write def on_service_start(self)"),
    (service(interceptors=["log"]),
     f"Users.interceptors holds 'log': {INTERCEPT}"),
    (service(interceptors=[gemstone.Interceptor]),
     f"Users.interceptors holds the class Interceptor: {INTERCEPT}"),
    (service(interceptors=[Silent()]),
     f"Users.interceptors holds an object of Silent: {INTERCEPT}"),
    (service(static_dirs=[("/static", "nowhere")]),
     f"Users.static_dirs: {HERE / 'nowhere'} is no folder: make it, or correct the path of "
     "'/static' (relative to the file of the class)"),
    (service(template_dir="nowhere"),
     f"Users.template_dir: {HERE / 'nowhere'} is no folder: make it, or correct the path "
     "(relative to the file of the class)"),
    *[
        (service(periodic_tasks=[entry]), f"Users.periodic_tasks holds {entry!r}: {PAIRS}")
        for entry in (
            "find", (find,), (find, 0), (find, -1), (find, "5"), ("find", 5), (5, find),
            (find, math.inf), (find, True),
        )
    ],
    (service(find=exposed(private=True)),
     f"Users.find is private, and Users has no way to tell who calls: {PRIVATE}"),
    (service(find=exposed(scopes={"users:read"})),
     f"Users.find is private, and Users has no way to tell who calls: {PRIVATE}"),
    (service(find=exposed("rpc.find")),
     "Users.find cannot be exposed as 'rpc.find': JSON-RPC 2.0 keeps names that begin with `rpc.` "
     "for itself; choose another"),
    (service(find=exposed(), modules=[Stock()]),
     "Stock.find and Users.find are both named 'find': give one another name with "
     "@exposed_method(name)"),
    (service(a=exposed("users.find"), b=exposed("usersFind")),
     "Users.b ('usersFind') and Users.a ('users.find') would both be the rpc UsersFind: rename one "
     "with @exposed_method(name)"),
    (service(find=exposed_method()(lambda self, größe: None)),
     "Users.find, parameters: `größe` cannot be a name in protobuf: use ASCII letters, digits and "
     "underscores, a letter first"),
]  # fmt: skip


@pytest.mark.parametrize("entry", [5, ("(", object), ("/x",)])
async def test_handlers_that_tornado_refuses(entry: Any) -> None:
    text = await refusal(service(extra_handlers=[entry]))
    assert text.startswith("Users.extra_handlers: Tornado refuses them (")


@pytest.mark.parametrize(("broken", "message"), BROKEN, ids=[message for _, message in BROKEN])
async def test_a_class(broken: gemstone.MicroService, message: str) -> None:
    assert await refusal(broken) == message


async def test_a_bad_value_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMSTONE_GRPC_PORT", "abc")
    assert await refusal(Users()) == (
        "GEMSTONE_GRPC_PORT='abc': expected a whole number from 0 to 65535"
    )


class Shared(Users):
    registry: ClassVar[list[str]] = []
    postponed: "ClassVar[dict[str, str]]" = {}
    COLORS = ["red"]
    modules = [Stock()]
    interceptors: list[gemstone.Interceptor] = []
    periodic_tasks = []
    names = ("a", "b")
    kinds = frozenset({"a"})


async def test_what_may_be_shared() -> None:
    async with Shared(port=0, grpc_port=0):
        pass


async def test_one_instance_serves_once_at_a_time() -> None:
    async with (served := Users(port=0, grpc_port=0)):
        assert await refusal(served) == "this Users is serving already: make another instance"
    async with served:
        assert served.api_url


# -- addresses -------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture
def free() -> Iterator[int]:
    """A port on which nobody listens, neither before the test nor after it."""
    port = free_port()
    yield port
    assert_free(port)


def assert_free(port: int) -> None:
    socket.create_server(("127.0.0.1", port)).close()


async def test_the_http_port_is_taken(taken: int, free: int) -> None:
    text = await refusal(Users(port=taken, grpc_port=free))
    assert text.startswith(f"HTTP cannot listen on 127.0.0.1:{taken}: it is in use; ")
    assert "--port" in text


async def test_the_grpc_port_is_taken(taken: int, free: int) -> None:
    text = await refusal(Users(port=free, grpc_port=taken))
    assert text.startswith(f"gRPC cannot listen on 127.0.0.1:{taken}: it is in use")
    assert "--grpc-port" in text


async def test_both_faces_cannot_have_one_port(free: int) -> None:
    text = await refusal(Users(port=free, grpc_port=free))
    assert text.startswith(f"gRPC cannot listen on 127.0.0.1:{free}: it is in use")


@pytest.mark.parametrize("host", ["256.256.256.256", "192.0.2.1", "no such host", "127.0.0.1:80"])
async def test_a_host_that_is_none(host: str, free: int) -> None:
    text = await refusal(Users(host=host, port=free, grpc_port=0))
    assert text.startswith(f"HTTP cannot listen on {host}: it is no address of this machine")
    assert "--host" in text


class Broken(Users):
    failing = True

    def on_service_start(self) -> None:
        if self.failing:
            raise LookupError("no database")


async def test_a_start_hook_that_fails_may_be_tried_again(free: int) -> None:
    broken = Broken(port=free, grpc_port=0)
    with pytest.raises(LookupError, match="no database"):
        async with broken:
            pass
    assert_free(free)
    broken.failing = False
    async with broken:
        assert broken.api_url.endswith(f":{free}/api")
        with pytest.raises(OSError, match="in use"):
            assert_free(free)


async def test_a_start_hook_that_fails_frees_the_port_of_grpc() -> None:
    port = free_port()
    with pytest.raises(LookupError, match="no database"):
        async with Broken(port=0, grpc_port=port):
            pass
    assert_free(port)
