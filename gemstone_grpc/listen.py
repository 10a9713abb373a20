"""Listening sockets, and what to say when there can be none."""

import errno
import socket
from dataclasses import dataclass

from gemstone_grpc.errors import StartError

_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Face:
    """Who listens, and the setting of its port."""

    name: str
    setting: str


HTTP = Face("HTTP", "port")
GRPC = Face("gRPC", "grpc_port")


def listen(face: Face, host: str, port: int) -> list[socket.socket]:
    """Sockets, one for each address of the host. Raises `StartError`."""
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            own = sockets[0].getsockname()[1] if sockets else port  # port 0 is chosen once
            try:
                sockets.append(_listen_at(family, address, own))
            except OSError as error:
                if not sockets or error.errno != errno.EADDRNOTAVAIL:
                    raise  # of a host with several addresses, some may be missing here
    except OSError as error:
        for listening in sockets:
            listening.close()
        raise cannot_listen(face, host, port, error.errno) from None
    return sockets


def spell(host: str, port: int) -> str:
    """`127.0.0.1:8000`, `[::1]:8000`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def refuse_taken(face: Face, host: str, port: int) -> None:
    """Raise `StartError` when nobody could listen there now."""
    for listening in listen(face, host, port):
        listening.close()


def cannot_listen(face: Face, host: str, port: int, number: int | None) -> StartError:
    """What to tell the user; `number` is the system's error number."""
    if number not in (errno.EADDRINUSE, errno.EACCES):
        return StartError(
            f"{face.name} cannot listen on {host}: it is no address of this machine; choose "
            "another with --host (127.0.0.1 for this machine alone), GEMSTONE_HOST, or `host` on "
            "the class"
        )
    why = "is in use" if number == errno.EADDRINUSE else "needs more rights than we have"
    setting = face.setting
    return StartError(
        f"{face.name} cannot listen on {host}:{port}: it {why}; choose another with "
        f"--{setting.replace('_', '-')} (0 picks a free one), GEMSTONE_{setting.upper()}, or "
        f"`{setting}` on the class"
    )


def _addresses(host: str, port: int) -> list[tuple[int, str]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((int(family), str(address[0])) for family, *_, address in found))


def _listen_at(family: int, address: str, port: int) -> socket.socket:
    listening = socket.create_server((address, port), family=family, backlog=_BACKLOG)
    listening.setblocking(False)
    return listening
