"""Proto-first: the contract was written by hand, and the class implements it.

A method for each rpc; parameters are the fields of a request, or one class is all of it.

gemstone run examples.greeter:Greeter
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import gemstone_grpc as gemstone

HELLO = {"en": "hello", "de": "hallo", "fr": "bonjour"}


@dataclass
class GreetAllRequest:
    """Somebody to greet, so many times."""

    name: str
    times: int


class UnknownLanguage(gemstone.RpcError):
    """Nobody here speaks this language."""

    code = gemstone.Code.INVALID_ARGUMENT


class Greeter(gemstone.MicroService):
    """Greets whoever comes."""

    name = "greeter"
    contract = "../proto/greeter/v1/greeter.proto"

    @gemstone.exposed_method(errors=[UnknownLanguage])
    async def say_hello(self, name: str, language: str | None = None) -> str:
        if (hello := HELLO.get(language or "en")) is None:
            raise UnknownLanguage(details={"known": list(HELLO)})
        return f"{hello} {name}"

    @gemstone.exposed_method()
    async def greet_all(self, people: AsyncIterator[GreetAllRequest]) -> AsyncIterator[list[str]]:
        async for person in people:
            yield [await self.say_hello(person.name)] * person.times


if __name__ == "__main__":
    Greeter().start()
