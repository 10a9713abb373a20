"""Types on both faces: a dataclass, an enum, optional values, a declared error, a stream.

Its contract is committed, and pins the numbers.

gemstone run examples.users:Users
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import gemstone_grpc as gemstone


class Role(Enum):
    """What a user may do."""

    READER = "reader"
    EDITOR = "editor"


@dataclass
class User:
    """A person with an account."""

    id: int
    email: str
    role: Role = Role.READER
    nickname: str | None = None
    tags: list[str] = field(default_factory=list)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


class UserNotFound(gemstone.RpcError):
    """No user has this id."""

    code = gemstone.Code.NOT_FOUND


class RequestId:
    """Gives a caller's `x-request-id` back, so that both find the call in their logs."""

    async def intercept(self, context: gemstone.Context, call_next: gemstone.Next) -> Any:
        if request_id := context.metadata.get("x-request-id"):
            context.set_trailing_metadata([("x-request-id", request_id)])
        return await call_next(context)


class Users(gemstone.MicroService):
    """Keeps users in memory."""

    name = "users"
    contract = "../proto/users/v1/users.proto"
    interceptors = (RequestId(),)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._users: dict[int, User] = {}
        self._changed = asyncio.Condition()

    @gemstone.exposed_method("users.create")
    async def create(self, email: str, role: Role = Role.READER, *tags: str) -> User:
        """Create a user and give it back with its id."""
        user = User(len(self._users) + 1, email, role, tags=list(tags))
        await self._keep(user)
        return user

    @gemstone.exposed_method("users.find", errors=[UserNotFound])
    async def find(self, user_id: int) -> User:
        """Find a user by its id."""
        if (user := self._users.get(user_id)) is None:
            raise UserNotFound(details={"user_id": user_id})
        return user

    @gemstone.exposed_method("users.rename", errors=[UserNotFound])
    async def rename(self, user_id: int, nickname: str | None) -> User:
        """Give a user a nickname, or none."""
        user = await self.find(user_id)
        user.nickname = nickname
        await self._keep(user)
        return user

    @gemstone.exposed_method("users.watch", errors=[UserNotFound])
    async def watch(self, user_id: int) -> AsyncIterator[User]:
        """The user as it is now, and again after every change (over gRPC)."""
        while True:
            yield await self.find(user_id)
            async with self._changed:
                await self._changed.wait()

    async def _keep(self, user: User) -> None:
        self._users[user.id] = user
        async with self._changed:
            self._changed.notify_all()


if __name__ == "__main__":
    Users().start()
