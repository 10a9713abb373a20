"""What Tornado users expect: handlers, static files, templates, periodic tasks, modules."""

import asyncio
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect

import gemstone_grpc as gemstone
from gemstone_grpc import Code, RpcError, testing


class Page(RequestHandler):
    def initialize(self, title: str = "none") -> None:
        self.title = title

    def get(self) -> None:
        self.render("page.html", title=f"{self.title} of {self.settings['service'].name}")

    def post(self) -> None:
        self.write(str(len(self.request.body)))


class Echo(WebSocketHandler):
    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message)


class Stock(gemstone.Container):
    """Methods in a module of their own."""

    def __init__(self) -> None:
        self.items = ["tea"]

    @gemstone.exposed_method("stock.list")
    async def list_items(self) -> list[str]:
        return self.items


class Site(gemstone.MicroService):
    name = "site"
    extra_handlers = [(r"/page", Page, {"title": "page"}), (r"/echo", Echo), (r"/api", Page)]
    static_dirs = [("/static", "site/static")]
    template_dir = "site/templates"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.modules = [Stock()]
        self.ticks: list[str] = []
        self.enough = asyncio.Event()

    async def tick(self) -> None:
        self.ticks.append("loop")
        raise ValueError("a tick that fails does not stop the next")

    def tock(self) -> None:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()  # on a thread
        self.ticks.append("thread")

    periodic_tasks = [(tick, 0.01), (tock, 0.01)]


async def fetch(client: testing.SocketClient, path: str, **options: Any) -> tuple[int, bytes]:
    url = client.api_url.removesuffix("/api") + path
    response = await AsyncHTTPClient().fetch(url, raise_error=False, **options)
    return response.code, response.body


async def test_handlers_templates_and_static_files() -> None:
    async with testing.running(Site()) as client:
        assert await fetch(client, "/page") == (200, b"<h1>page of site</h1>\n")
        assert await fetch(client, "/static/style.css") == (200, b"body { color: black }\n")
        assert (await fetch(client, "/static/../services.py"))[0] in (403, 404)
        assert (await fetch(client, "/static/nope.css"))[0] == 404
        assert await client.jsonrpc("stock.list") == ["tea"]  # /api stays ours
        assert await client.grpc("stock.list") == ["tea"]


async def test_body_limit_of_other_handlers() -> None:
    async with testing.running(Site(max_body_size=100)) as client:
        assert await fetch(client, "/page", method="POST", body=b"x" * 100) == (200, b"100")
        assert (await fetch(client, "/page", method="POST", body=b"x" * 101))[0] == 400


async def test_websockets() -> None:
    async with testing.running(Site()) as client:
        url = client.api_url.replace("http", "ws").removesuffix("/api") + "/echo"
        connection = await websocket_connect(url)
        await connection.write_message("hello")
        assert await connection.read_message() == "hello"
        connection.close()


async def test_periodic_tasks(caplog: pytest.LogCaptureFixture) -> None:
    service = Site()
    async with testing.running(service), asyncio.timeout(10):
        while min(service.ticks.count("loop"), service.ticks.count("thread")) < 3:
            await asyncio.sleep(0.01)
    ticks = len(service.ticks)
    await asyncio.sleep(0.05)
    assert len(service.ticks) == ticks
    assert "a tick that fails" in caplog.text


class Broken(gemstone.MicroService):
    name = "broken"

    async def on_service_start(self) -> None:
        raise RpcError(Code.UNAVAILABLE, "no database")


async def test_a_start_hook_that_fails_stops_the_start() -> None:
    service = Broken(port=0, grpc_port=0)
    with pytest.raises(RpcError, match="no database"):
        async with service:
            raise AssertionError
