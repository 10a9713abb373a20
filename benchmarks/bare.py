"""What ours is measured against: `python -m benchmarks.bare STUBS`, until stdin ends.

A grpc.aio servicer over protoc's stubs, which lie in the folder STUBS, and a Tornado
`RequestHandler` that speaks JSON-RPC with the json module: each as its manual shows it.
"""

import asyncio
import importlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc.aio
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from benchmarks.announce import announce_and_wait

_THREADS = ThreadPoolExecutor(32)  # as many as ours has


class Hello:
    """The servicer."""

    def __init__(self, messages: Any) -> None:
        self._response = messages.SayHelloResponse

    async def SayHello(self, request: Any, context: Any) -> Any:  # noqa: N802
        return self._response(result=f"hello {request.name}")

    def SayHelloFromThread(self, request: Any, context: Any) -> Any:  # noqa: N802
        return self._response(result=f"hello {request.name}")


async def say_hello(name: str) -> str:
    return f"hello {name}"


async def say_hello_from_thread(name: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, lambda: f"hello {name}")


_METHODS = {"say_hello": say_hello, "say_hello_from_thread": say_hello_from_thread}


class JsonRpc(RequestHandler):
    """The handler."""

    async def post(self) -> None:
        try:
            call = json.loads(self.request.body)
        except ValueError:
            return self._fail(None, -32700, "Parse error")
        if not isinstance(call, dict) or call.get("jsonrpc") != "2.0":
            return self._fail(None, -32600, "Invalid Request")
        method = _METHODS.get(call["method"])
        if method is None:
            return self._fail(call["id"], -32601, "Method not found")
        params = call.get("params", {})
        try:
            result = await (method(**params) if isinstance(params, dict) else method(*params))
        except TypeError:
            return self._fail(call["id"], -32602, "Invalid params")
        self.finish({"jsonrpc": "2.0", "id": call["id"], "result": result})
        return None

    def _fail(self, id_: Any, code: int, message: str) -> None:
        self.finish({"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message}})


def _log_nothing(handler: RequestHandler) -> None:
    """Ours writes no access log either."""


async def main(stubs: str) -> None:
    sys.path.insert(0, stubs)
    grpc_server = grpc.aio.server(migration_thread_pool=_THREADS)
    importlib.import_module("hello_pb2_grpc").add_HelloServiceServicer_to_server(
        Hello(importlib.import_module("hello_pb2")), grpc_server
    )
    grpc_port = grpc_server.add_insecure_port("127.0.0.1:0")
    await grpc_server.start()
    http_server = HTTPServer(Application([("/api", JsonRpc)], log_function=_log_nothing))
    sockets = bind_sockets(0, "127.0.0.1")
    http_server.add_sockets(sockets)
    await announce_and_wait(sockets[0].getsockname()[1], grpc_port)
    await grpc_server.stop(0)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
