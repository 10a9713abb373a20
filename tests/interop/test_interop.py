"""gRPC's own interoperability client, in Go, against a service that follows its contract."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from google.protobuf.message_factory import GetMessageClass

from gemstone_grpc import protoc, testing
from gemstone_grpc.schema.descriptor import pool_of
from tests.interop.service import service
from tests.peers import programs

ROOT = Path(__file__).parent.parent.parent
CLIENT = "google.golang.org/grpc/interop/client@v1.76.0"
CASES = (
    "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong",
    "empty_stream", "cancel_after_begin", "cancel_after_first_response",
    "timeout_on_sleeping_server", "custom_metadata", "status_code_and_message",
    "special_status_message", "unimplemented_method", "unimplemented_service",
)  # fmt: skip


@pytest.fixture(scope="module")
async def client() -> str:
    """The path of the client, installed once."""
    folder = ROOT / "build" / f"interop-{CLIENT.rpartition('@')[2]}"
    if not (folder / "client").exists():
        go = programs.find("go")
        await programs.run("env", f"GOBIN={folder}", go, "install", CLIENT)
    return str(folder / "client")


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    """Where the service is. A module `grpc.testing.messages_pb2` could not be imported."""
    files = protoc.read(["grpc/testing/messages.proto"], [Path(__file__).parent / "proto"]).file
    found = pool_of(files).FindFileByName("grpc/testing/messages.proto").message_types_by_name
    messages = {name: GetMessageClass(descriptor) for name, descriptor in found.items()}
    async with testing.running(service(messages)) as running:
        yield running.wired.lifecycle.grpc_port


@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", CASES)
async def test_a_case(case: str, client: str, port: int) -> None:
    flags = ("--server_host=127.0.0.1", f"--server_port={port}", f"--test_case={case}")
    await programs.run(client, *flags)
