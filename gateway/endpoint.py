"""The JSON-RPC endpoint: the bytes of a request body → the bytes of its answer, over any target."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from gateway.jsonrpc import Failure, Renderer, Request, method_not_found, parse
from gemstone_grpc.config import Config
from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, RpcError
from gemstone_grpc.method import Method


class Target(Protocol):
    """A method somewhere: JSON-RPC's params are the context's payload, the result is JSON."""

    @property
    def method(self) -> Method:
        """What is known of the method."""

    async def __call__(self, context: Context) -> bytes:
        """Call it. Raises `RpcError`, and nothing else but cancellation."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a body: the peer's address and the headers."""

    peer: str
    metadata: Iterable[tuple[str, str | bytes]] = ()


class Endpoint:
    """Answers JSON-RPC 2.0 from methods by their public names."""

    def __init__(self, targets: Mapping[str, Target], config: Config) -> None:
        self._targets = targets
        self._max_nesting = config.max_nesting
        self._max_batch = config.max_batch
        self._concurrency = config.batch_concurrency
        self._render = Renderer(both_members=config.jsonrpc_envelope == "gemstone")

    async def __call__(self, body: bytes, caller: Caller) -> bytes | None:
        """The answer to a body; None when it held nothing but notifications."""
        parsed = parse(body, max_nesting=self._max_nesting, max_batch=self._max_batch)
        if isinstance(parsed, list):
            return await self._batch(parsed, caller)
        return await self._single(parsed, caller)

    async def _single(self, request: Request | Failure, caller: Caller) -> bytes | None:
        if isinstance(request, Failure):
            return self._render.failure(request)
        target = self._targets.get(request.method)
        if target is None:
            return request.id and self._render.failure(method_not_found(request.id))
        context = Context(
            target.method,
            transport="jsonrpc",
            peer=caller.peer,
            metadata=caller.metadata,
            payload=request.params,
        )
        try:
            if target.method.client_streaming or target.method.server_streaming:
                raise RpcError(Code.UNIMPLEMENTED, f"{request.method} streams: call it over gRPC")
            result = await target(context)
        except RpcError as error:
            return request.id and self._render.error(request.id, error)
        return request.id and self._render.result(request.id, result)

    async def _batch(self, requests: list[Request | Failure], caller: Caller) -> bytes | None:
        answers: list[bytes | None] = [None] * len(requests)
        entries = enumerate(requests)
        workers = min(self._concurrency, len(requests))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work(entries, answers, caller))
        rendered = [answer for answer in answers if answer is not None]
        return b"[" + b",".join(rendered) + b"]" if rendered else None

    async def _work(
        self,
        entries: Iterator[tuple[int, Request | Failure]],
        answers: list[bytes | None],
        caller: Caller,
    ) -> None:
        for index, request in entries:
            answers[index] = await self._single(request, caller)
