"""`Container` and `Version`: groups of exposed methods."""

from collections.abc import Sequence


class Container:
    """A group of exposed methods, to be listed in a service's `modules`."""


class Version(Container):
    """Another version of a service, to be listed in its `versions` and served beside it.

    - `version`: such as `v1`; its gRPC service is `users.v1.UsersService`, its JSON-RPC is served
      at `/api/v1`.
    - `contract`: the path of its `.proto`, relative to the file of the class.
    - `modules`: `Container` instances whose methods belong to it too.
    """

    version: str
    contract: str | None = None
    modules: Sequence[Container] = ()
