"""The gRPC face: grpc.aio handlers over the contract, statuses, reflection and health."""

import asyncio
import errno
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import grpc
import grpc.aio
from google.protobuf import any_pb2, struct_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import EncodeError
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from gemstone_grpc.config import Config
from gemstone_grpc.context import Context, Pairs
from gemstone_grpc.dispatch import Call
from gemstone_grpc.errors import RpcError
from gemstone_grpc.listen import GRPC, cannot_listen, spell
from gemstone_grpc.schema.descriptor import add_file

log = logging.getLogger("gemstone")

_NO_DEADLINE = 365 * 24 * 3600  # seconds; grpc gives odd numbers when the caller set none
_TURNS_TO_CANCEL = 4  # a handler, its call, its method, and one to spare
_MAX_MESSAGE = 1024  # characters of a status message
_MAX_DETAILS = 4096  # bytes of a status; the metadata that carries it is limited to 8 KiB in all
_SUBJECT_NAMES, _COMMON_NAME = "x509_subject_alternative_name", "x509_common_name"
_STATUS = {code.value[0]: code for code in grpc.StatusCode}
_SERVING = health_pb2.HealthCheckResponse.SERVING


class GrpcServer:
    """A grpc.aio server with health and, by choice, reflection.

    `services` has the calls of each service by the names of its rpcs; `pool` describes them.
    """

    def __init__(
        self,
        services: Mapping[str, Mapping[str, Call]],
        pool: DescriptorPool,
        config: Config,
        credentials: grpc.ServerCredentials | None = None,
        interceptors: Sequence[grpc.aio.ServerInterceptor] = (),
    ) -> None:
        self._server = grpc.aio.server(interceptors=interceptors, options=_options(config))
        self._names = ("", *services)
        self._credentials = credentials
        self._health = health.aio.HealthServicer()
        for name, calls in services.items():
            handlers = {rpc: _handler(call) for rpc, call in calls.items()}
            self._server.add_generic_rpc_handlers(
                (grpc.method_handlers_generic_handler(name, handlers),)
            )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if config.reflects:
            add_file(pool, health_pb2.DESCRIPTOR)
            add_file(pool, reflection_pb2.DESCRIPTOR)
            names = (*services, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, self._server, pool)

    def bind(self, host: str, port: int) -> int:
        """Listen, and give the port. Raises `StartError` when it is taken."""
        address = spell(host, port)
        try:
            if self._credentials is None:
                return self._server.add_insecure_port(address)
            return self._server.add_secure_port(address, self._credentials)
        except RuntimeError:
            raise cannot_listen(GRPC, host, port, errno.EADDRINUSE) from None

    async def start(self) -> None:
        """Accept calls and report SERVING, for the service and overall."""
        await self._server.start()
        for name in self._names:
            await self._health.set(name, _SERVING)

    async def release(self) -> None:
        """Give up before the start; grpc.aio lets go of ports only after one."""
        await self._server.start()
        await self._server.stop(None)

    async def retire(self) -> None:
        """Report NOT_SERVING, for good."""
        await self._health.enter_graceful_shutdown()

    async def stop(self, grace: float) -> None:
        """Accept nothing more, and cut off what still runs after `grace` seconds."""
        await self._server.stop(grace)


def _options(config: Config) -> list[tuple[str, int]]:
    options = {
        "grpc.so_reuseport": 0,
        "grpc.max_receive_message_length": config.max_message_size,
        "grpc.max_send_message_length": config.max_message_size,
        "grpc.max_allowed_incoming_connections": config.max_connections,
        "grpc.max_concurrent_streams": config.max_concurrent_streams,
        "grpc.max_connection_age_ms": _millis(config.max_connection_age),
        "grpc.max_connection_age_grace_ms": _millis(config.max_connection_age_grace),
        "grpc.keepalive_time_ms": _millis(config.keepalive_time),
        "grpc.keepalive_timeout_ms": _millis(config.keepalive_timeout),
        # what a client behind a balancer may send without being cut off for too many pings
        "grpc.keepalive_permit_without_calls": 1,
        "grpc.http2.min_ping_interval_without_data_ms": 10_000,
    }
    return [(name, value) for name, value in options.items() if value is not None]


def _millis(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)


def _handler(call: Call) -> "grpc.RpcMethodHandler[Any, Any]":
    match call.method.client_streaming, call.method.server_streaming:
        case False, False:
            return grpc.unary_unary_rpc_method_handler(_unary(call))
        case False, True:
            return grpc.unary_stream_rpc_method_handler(_stream(call))
        case True, False:
            return grpc.stream_unary_rpc_method_handler(_reading(_unary(call)))
        case _:
            return grpc.stream_stream_rpc_method_handler(_reading(_stream(call)))


def _unary(call: Call) -> Any:
    async def handle(request: Any, servicer: Any) -> bytes:
        try:
            return await call(_context(call, request, servicer))
        except RpcError as error:
            await _abort(servicer, error)
            raise AssertionError from None  # abort raises

    return handle


def _stream(call: Call) -> Any:
    async def handle(request: Any, servicer: Any) -> None:
        async def write(response: bytes) -> None:
            try:
                await servicer.write(response)
            except grpc.aio.BaseError:
                raise asyncio.CancelledError from None  # the client has gone

        try:
            await call.stream(_context(call, request, servicer), write)
        except RpcError as error:
            if not servicer.done():
                await _abort(servicer, error)

    return handle


def _reading(handle: Any) -> Any:
    """A handler whose payload is not a request, but reads them."""

    async def handle_stream(_: Any, servicer: Any) -> Any:
        return await handle(partial(_read, servicer), servicer)

    return handle_stream


async def _read(servicer: Any) -> bytes | None:
    """The next request; None when the client has sent its last.

    grpc.aio says EOF for a client that has gone too, often before it cancels the call: what was
    sent so far would pass for the whole. Behind a second read, which such a cancellation always
    outruns, it needs but some turns of the loop to reach the method.
    """
    try:
        message: Any = await servicer.read()
        if message is not grpc.aio.EOF:
            return cast(bytes, message)
        await servicer.read()
    except grpc.aio.BaseError:
        raise asyncio.CancelledError from None  # the client has gone, or the server
    for _ in range(_TURNS_TO_CANCEL):
        await asyncio.sleep(0)
    return None


class _GrpcContext(Context):
    __slots__ = ("_servicer",)

    _servicer: Any

    async def _send_initial(self, pairs: Pairs) -> None:
        try:
            await self._servicer.send_initial_metadata(pairs)
        except grpc.aio.UsageError:
            raise RuntimeError(
                "initial metadata was sent already, by this method or with its first response, or "
                "the call is over: send all of it at once, before the first result"
            ) from None
        except grpc.aio.BaseError:
            raise asyncio.CancelledError from None  # the client has gone

    def _set_trailing(self, pairs: Pairs) -> None:
        self._servicer.set_trailing_metadata(pairs)

    def _certified(self) -> tuple[str, ...]:
        found = self._servicer.auth_context()
        names = [*found.get(_SUBJECT_NAMES, ()), *found.get(_COMMON_NAME, ())]
        return tuple(dict.fromkeys(name.decode("utf-8", "replace") for name in names))


def _context(call: Call, payload: Any, servicer: Any) -> Context:
    remaining = servicer.time_remaining()
    deadline = None
    if remaining is not None and remaining < _NO_DEADLINE:
        deadline = asyncio.get_running_loop().time() + remaining
    context = _GrpcContext(
        call.method,
        transport="grpc",
        peer=servicer.peer(),
        metadata=servicer.invocation_metadata(),
        deadline=deadline,
        payload=payload,
    )
    context._servicer = servicer
    return context


async def _abort(servicer: Any, error: RpcError) -> None:
    message = error.message[:_MAX_MESSAGE]
    metadata: Pairs = servicer.trailing_metadata()
    if error.violations or error.details:
        room = _MAX_DETAILS - sum(len(name) + len(value) for name, value in metadata)
        metadata += (("grpc-status-details-bin", _status(error, message, room)),)
    await servicer.abort(_STATUS[error.code], message, metadata)


def _status(error: RpcError, message: str, room: int) -> bytes:
    """`google.rpc.Status` with `BadRequest` and `Struct`, as much of them as there is room for."""
    status = status_pb2.Status(code=error.code, message=message)
    for detail in _details(error):
        packed = any_pb2.Any()
        try:
            packed.Pack(detail)
        except EncodeError:
            log.warning("the details of %s are nested too deeply for gRPC and were left out", error)
            break
        if status.ByteSize() + packed.ByteSize() > room:
            log.warning("the details of %s are too large for gRPC and were left out", error)
            break
        status.details.append(packed)
    serialized: bytes = status.SerializeToString()
    return serialized


def _details(error: RpcError) -> Iterable[Any]:
    if error.violations:
        yield error_details_pb2.BadRequest(
            field_violations=[
                error_details_pb2.BadRequest.FieldViolation(
                    field=violation.field, description=violation.description
                )
                for violation in error.violations
            ]
        )
    if error.details:
        struct = struct_pb2.Struct()
        struct.update(error.details)
        yield struct
