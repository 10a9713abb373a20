"""gRPC's `TestService`, written as a user would: classes for what is looked into, and `full_duplex`
with the messages that protoc generates."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import gemstone_grpc as gemstone
from gemstone_grpc import Code, RpcError

INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"


class PayloadType(Enum):
    COMPRESSABLE = "compressable"


@dataclass
class Payload:
    type: PayloadType
    body: bytes


@dataclass
class BoolValue:
    value: bool


@dataclass
class EchoStatus:
    code: int
    message: str


@dataclass
class SimpleRequest:
    response_type: PayloadType
    response_size: int
    payload: Payload | None
    fill_username: bool
    fill_oauth_scope: bool
    response_compressed: BoolValue | None
    response_status: EchoStatus | None
    expect_compressed: BoolValue | None


@dataclass
class SimpleResponse:
    payload: Payload | None
    username: str = ""
    oauth_scope: str = ""


@dataclass
class StreamingInputCallRequest:
    payload: Payload
    expect_compressed: BoolValue | None


@dataclass
class ResponseParameters:
    size: int
    interval_us: int
    compressed: BoolValue | None


def payload(size: int) -> Payload:
    return Payload(PayloadType.COMPRESSABLE, bytes(size))


def service(messages: Mapping[str, Any]) -> gemstone.MicroService:
    """The service; `messages` are the classes that protobuf makes of messages.proto."""
    response = messages["StreamingOutputCallResponse"]
    stream: Any = AsyncIterator

    class Test(gemstone.MicroService):
        name = "test"
        contract = "proto/grpc/testing/test.proto"

        @gemstone.exposed_method()
        async def empty_call(self) -> None: ...

        @gemstone.exposed_method()
        async def unary_call(
            self, request: SimpleRequest, context: gemstone.Context
        ) -> SimpleResponse:
            await echo_metadata(context)
            refuse(request.response_status)
            return SimpleResponse(payload(request.response_size))

        @gemstone.exposed_method()
        async def streaming_output_call(
            self,
            response_type: PayloadType,
            response_parameters: list[ResponseParameters],
            payload: Payload | None,
            response_status: EchoStatus | None,
        ) -> AsyncIterator[Payload]:
            for parameters in response_parameters:
                await asyncio.sleep(parameters.interval_us / 1e6)
                yield Payload(PayloadType.COMPRESSABLE, bytes(parameters.size))

        @gemstone.exposed_method()
        async def streaming_input_call(
            self, requests: AsyncIterator[StreamingInputCallRequest]
        ) -> int:
            return sum([len(request.payload.body) async for request in requests])

        async def full_duplex_call(self, requests: Any, context: gemstone.Context) -> Any:
            await echo_metadata(context)
            async for request in requests:
                if request.HasField("response_status"):
                    refuse(request.response_status)
                for parameters in request.response_parameters:
                    await asyncio.sleep(parameters.interval_us / 1e6)
                    yield response(payload={"body": bytes(parameters.size)})

        full_duplex_call.__annotations__ |= {
            "requests": stream[messages["StreamingOutputCallRequest"]],
            "return": stream[response],
        }
        full_duplex_call = gemstone.exposed_method()(full_duplex_call)

        @gemstone.exposed_method()
        async def unimplemented_call(self) -> None:
            raise RpcError(Code.UNIMPLEMENTED)

    return Test()


async def echo_metadata(context: gemstone.Context) -> None:
    if (value := context.metadata.get(INITIAL)) is not None:
        await context.send_initial_metadata([(INITIAL, value)])
    if (text := context.metadata.get(TRAILING)) is not None:
        context.set_trailing_metadata([(TRAILING, base64.b64decode(text))])


def refuse(status: Any) -> None:
    if status is not None:
        raise RpcError(Code(status.code), status.message)
