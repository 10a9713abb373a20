"""gRPC with stubs that protoc made from what reflection tells."""

import asyncio
import importlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc.aio
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.struct_pb2 import Struct
from google.rpc import error_details_pb2, status_pb2

from gemstone_grpc import testing
from tests.peers import programs
from tests.peers.reflected import Reflected
from tests.peers.service import Peers

SERVICE = "peers.v1.PeersService"


@dataclass(frozen=True)
class Compiled:
    messages: Any
    stub: Any


@pytest.fixture(scope="module")
async def compiled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Compiled]:
    folder = tmp_path_factory.mktemp("stubs")
    async with testing.running(Peers()) as client:
        with grpc.insecure_channel(client.wired.grpc_address) as channel:
            files = await asyncio.to_thread(Reflected(channel).files, SERVICE)
        described = folder / "descriptors.bin"
        described.write_bytes(FileDescriptorSet(file=files).SerializeToString())
        await programs.run(
            *(sys.executable, "-m", "grpc_tools.protoc", f"--descriptor_set_in={described}"),
            *(f"--python_out={folder}", f"--grpc_python_out={folder}", files[-1].name),
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(folder)
            messages: Any = importlib.import_module("peers.v1.peers_pb2")
            services: Any = importlib.import_module("peers.v1.peers_pb2_grpc")
        yield Compiled(messages, services.PeersServiceStub(client.channel))


async def test_unary(compiled: Compiled) -> None:
    request = compiled.messages.SubtractRequest(minuend=42, subtrahend=23)
    response = await compiled.stub.Subtract(request)
    assert response == compiled.messages.SubtractResponse(result=19)


async def test_nothing_as_the_result(compiled: Compiled) -> None:
    response = await compiled.stub.Note(compiled.messages.NoteRequest(text="tea"))
    assert response == compiled.messages.NoteResponse()


async def test_stream(compiled: Compiled) -> None:
    call = compiled.stub.Count(compiled.messages.CountRequest(to=3))
    assert [response.result async for response in call] == [1, 2, 3]
    assert await call.code() is grpc.StatusCode.OK


async def test_a_stream_of_requests(compiled: Compiled) -> None:
    requests = [compiled.messages.TotalRequest(numbers=number) for number in (1, 2, 3)]
    assert await compiled.stub.Total(iter(requests)) == compiled.messages.TotalResponse(result=6)


async def test_streams_both_ways(compiled: Compiled) -> None:
    call = compiled.stub.Double()
    for number in (1, 2, 3):
        await call.write(compiled.messages.DoubleRequest(numbers=number))
        assert (await call.read()).result == 2 * number
    await call.done_writing()
    assert await call.read() is grpc.aio.EOF
    assert await call.code() is grpc.StatusCode.OK


async def test_raised_error_has_details(compiled: Compiled) -> None:
    request = compiled.messages.UsersFindRequest(user_id=7)
    error, status = await failure(compiled.stub.UsersFind(request))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert error.details() == "No user has this id."
    assert (status.code, status.message) == (5, "No user has this id.")
    struct = Struct()
    assert [packed.Unpack(struct) for packed in status.details] == [True]
    assert dict(struct) == {"user_id": 7, "near": [6, 8]}


async def test_bad_parameters_have_violations(compiled: Compiled) -> None:
    request = compiled.messages.PayRequest(account="tea", amount="a lot")
    error, status = await failure(compiled.stub.Pay(request))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (status.code, status.message) == (3, error.details())
    bad_request = error_details_pb2.BadRequest()
    assert [packed.Unpack(bad_request) for packed in status.details] == [True]
    violations = [(v.field, v.description) for v in bad_request.field_violations]
    assert violations == [
        ("account", "not a UUID: 'tea'"),
        ("amount", "not a decimal number: 'a lot'"),
    ]


async def failure(call: Any) -> tuple[grpc.aio.AioRpcError, Any]:
    """The error of a call, and the `google.rpc.Status` of its trailing metadata."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    metadata = dict(caught.value.trailing_metadata() or ())
    return caught.value, status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
