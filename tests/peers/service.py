"""The service that other people's clients call."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import gemstone_grpc as gemstone


class NoSuchUser(gemstone.RpcError):
    """No user has this id."""

    code = gemstone.Code.NOT_FOUND


class Peers(gemstone.MicroService):
    """Keeps the notes it is given."""

    name = "peers"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.notes: list[str] = []

    @gemstone.exposed_method()
    async def subtract(self, minuend: int, subtrahend: int) -> int:
        return minuend - subtrahend

    @gemstone.exposed_method()
    async def note(self, text: str) -> None:
        self.notes.append(text)

    @gemstone.exposed_method("users.find", errors=[NoSuchUser])
    async def find_user(self, user_id: int) -> str:
        raise NoSuchUser(details={"user_id": user_id, "near": [6, 8]})

    @gemstone.exposed_method()
    async def pay(self, account: UUID, amount: Decimal) -> str:
        return f"{amount} from {account}"

    @gemstone.exposed_method()
    async def count(self, to: int) -> AsyncIterator[int]:
        for number in range(1, to + 1):
            yield number

    @gemstone.exposed_method()
    async def total(self, numbers: AsyncIterator[int]) -> int:
        return sum([number async for number in numbers])

    @gemstone.exposed_method()
    async def double(self, numbers: AsyncIterator[int]) -> AsyncIterator[int]:
        async for number in numbers:
            yield 2 * number
