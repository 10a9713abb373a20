"""The service that is attacked, in a process of its own: `python -m tests.security.served STORE`.

Its first lines of output are its two ports.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator

import gemstone_grpc as gemstone
from examples.vectors import Everything

SECRET = "what nobody may see"


class Vault(gemstone.MicroService):
    name = "vault"
    port = 0
    grpc_port = 0
    token_recheck = 0.2
    access_log = "text"
    body_timeout = 2
    idle_timeout = 3
    max_connections = 500
    static_dirs = (("/static", "."),)

    @gemstone.exposed_method()
    async def hello(self, name: str) -> str:
        return f"hello {name}"

    @gemstone.exposed_method(private=True)
    async def open(self, context: gemstone.Context) -> str:
        return SECRET

    @gemstone.exposed_method(scopes={"vault:write"})
    async def write(self, text: str) -> str:
        return SECRET

    @gemstone.exposed_method(private=True)
    async def watch(self) -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    @gemstone.exposed_method()
    async def echo(self, value: Everything) -> Everything:
        return value

    @gemstone.exposed_method()
    async def fail(self, text: str) -> None:
        raise ValueError(text)

    def on_service_start(self) -> None:
        wired = self._running()
        print(wired.lifecycle.port, wired.lifecycle.grpc_port, flush=True)  # noqa: T201


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    Vault.auth = gemstone.TokenStore(sys.argv[1])
    Vault().start([])


if __name__ == "__main__":
    main()
