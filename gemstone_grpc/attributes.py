"""What a service's class holds besides settings and methods; every mistake in it is named."""

import inspect
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, get_origin

import grpc.aio

from gemstone_grpc.auth.verifier import RequestVerifier, Verifier
from gemstone_grpc.container import Container, Version
from gemstone_grpc.errors import StartError
from gemstone_grpc.interceptor import Interceptor
from gemstone_grpc.lifecycle import Hook, PeriodicTask
from gemstone_grpc.method import is_duration

_SHARED = (list, dict, set, bytearray, deque)


def modules(service: object) -> Sequence[Container]:
    """The `Container` objects in `modules`."""
    found = _listed(service, "modules", "Container objects")
    for module in found:
        if isinstance(module, type):
            raise _misplaced(service, "modules", module, f"write {module.__name__}()")
        if not isinstance(module, Container):
            raise _misplaced(service, "modules", module, "give it objects of Container subclasses")
    return found


def versions(service: object) -> Sequence[Version]:
    """The `Version` objects in `versions`."""
    found = _listed(service, "versions", "Version objects")
    taken = {getattr(service, "version", "v1")}
    for version in found:
        if not isinstance(version, Version):
            fix = "give it objects of gemstone.Version subclasses"
            raise _misplaced(service, "versions", version, fix)
        name = getattr(version, "version", None)
        if not isinstance(name, str) or not re.fullmatch(r"v[1-9][0-9]*", name):
            raise StartError(f'{_name(version)}.version: a version is "v1", "v2", ...')
        if name in taken:
            raise StartError(f"{_name(version)}.version: {name} is another's already: change one")
        taken.add(name)
    return found


def contract_path(owner: object) -> Path | None:
    """The path in `contract`, relative to the file of the class that has it."""
    contract = getattr(owner, "contract", None)
    if contract is None:
        return None
    if not _is_path(contract) or Path(contract).suffix != ".proto":
        raise StartError(f"{_name(owner)}.contract must be the path of a .proto file")
    declaring = next((cls for cls in type(owner).__mro__ if "contract" in vars(cls)), type(owner))
    return (folder(declaring) / Path(contract)).resolve()


def folder(cls: type) -> Path:
    """The folder of the file that a class was written in; the current one for a console's."""
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    return Path(file).resolve().parent if file else Path.cwd()


def verifiers(service: object) -> Sequence[Verifier]:
    """The verifiers in `auth`, then `authenticate_request` if the class has its own."""
    auth = getattr(service, "auth", None)
    found = auth if isinstance(auth, list | tuple) else [] if auth is None else [auth]
    for verifier in found:
        verify = getattr(verifier, "verify", None)
        if isinstance(verifier, type) or not inspect.iscoroutinefunction(verify):
            fix = "give it a TokenAuth or TokenStore, or an object that has `async def verify`"
            raise _misplaced(service, "auth", verifier, fix)
    authenticate: Any = getattr(service, "authenticate_request", None)
    if authenticate is None or authenticate.__module__.startswith("gemstone_grpc."):
        return found
    return [*found, RequestVerifier(authenticate)]


def interceptors(service: object) -> Sequence[Interceptor]:
    """The objects in `interceptors`."""
    found = _listed(service, "interceptors", "objects with `intercept`")
    for interceptor in found:
        intercept = getattr(interceptor, "intercept", None)
        if isinstance(interceptor, type) or not inspect.iscoroutinefunction(intercept):
            fix = "give it objects that have `async def intercept(self, context, call_next)`"
            raise _misplaced(service, "interceptors", interceptor, fix)
    return found


def grpc_interceptors(service: object) -> Sequence[grpc.aio.ServerInterceptor]:
    """The objects in `grpc_interceptors`."""
    found = _listed(service, "grpc_interceptors", "grpc.aio.ServerInterceptor objects")
    for interceptor in found:
        if not isinstance(interceptor, grpc.aio.ServerInterceptor):
            fix = "give it objects of grpc.aio.ServerInterceptor subclasses"
            raise _misplaced(service, "grpc_interceptors", interceptor, fix)
    return found


def extra_handlers(service: object) -> Sequence[Any]:
    """Tornado's handlers, as `tornado.web.Application` takes them."""
    return _listed(service, "extra_handlers", 'pairs such as ("/page", PageHandler)')


def static_dirs(service: object, folder: Path) -> Iterator[tuple[str, Path]]:
    """The pairs in `static_dirs`; their paths are relative to `folder`."""
    for entry in _listed(service, "static_dirs", 'pairs such as ("/static", "static")'):
        if not _is_pair(entry) or not isinstance(entry[0], str) or not _is_path(entry[1]):
            fix = 'give it pairs such as ("/static", "static")'
            raise _misplaced(service, "static_dirs", entry, fix)
        prefix, path = entry
        static = folder / path
        if not static.is_dir():
            raise StartError(
                f"{_name(service)}.static_dirs: {static} is no folder: make it, or correct "
                f"the path of {prefix!r} (relative to the file of the class)"
            )
        yield prefix, static


def template_path(service: object, folder: Path) -> str | None:
    """The folder in `template_dir`, relative to `folder`."""
    template_dir = getattr(service, "template_dir", None)
    if template_dir is None:
        return None
    if not _is_path(template_dir):
        raise StartError(f"{_name(service)}.template_dir must be the path of a folder")
    path = folder / template_dir
    if not path.is_dir():
        raise StartError(
            f"{_name(service)}.template_dir: {path} is no folder: make it, or correct the "
            "path (relative to the file of the class)"
        )
    return str(path)


def periodic_tasks(service: object) -> Iterator[PeriodicTask]:
    """The pairs in `periodic_tasks`; a method of the class becomes the service's own."""
    for entry in _listed(service, "periodic_tasks", "pairs such as (refresh, 60)"):
        if not _is_pair(entry) or not callable(entry[0]) or not is_duration(entry[1]):
            fix = "give it pairs of a callable and a number of seconds, such as (refresh, 60)"
            raise _misplaced(service, "periodic_tasks", entry, fix)
        function, seconds = entry
        name = getattr(function, "__name__", "")
        is_method = any(vars(cls).get(name) is function for cls in type(service).__mro__)
        yield (getattr(service, name) if is_method else function), seconds


def hook(service: object, name: str) -> Hook:
    """`on_service_start` or `on_service_stop`."""
    found: Callable[[], Any] = getattr(service, name)
    if not callable(found):
        raise StartError(f"{_name(service)}.{name} must be a method: write def {name}(self)")
    return found


def refuse_shared_state(owner: Container) -> None:
    """Refuse a class attribute that can change and that is not one of ours."""
    for cls in type(owner).__mro__:
        if _is_ours(cls):
            return
        for attribute, value in vars(cls).items():
            if isinstance(value, _SHARED) and not _may_be_shared(cls, attribute):
                raise StartError(
                    f"{cls.__name__}.{attribute} is a {type(value).__name__} that all instances "
                    f"would share: set it in __init__ (self.{attribute} = ...), or annotate it "
                    "ClassVar if that is meant"
                )


def _is_ours(cls: type) -> bool:
    return cls.__module__.startswith("gemstone_grpc.")


def _may_be_shared(cls: type, attribute: str) -> bool:
    if attribute.startswith("__") or attribute.isupper():
        return True
    if any(attribute in vars(base) for base in cls.__mro__ if _is_ours(base)):
        return True
    hint = inspect.get_annotations(cls).get(attribute)
    if isinstance(hint, str):
        return "ClassVar" in hint
    return hint is ClassVar or get_origin(hint) is ClassVar


def _listed(service: object, attribute: str, what: str) -> Sequence[Any]:
    value = getattr(service, attribute)
    if not isinstance(value, list | tuple):
        raise StartError(f"{_name(service)}.{attribute} must be a list of {what}")
    return value


def _misplaced(service: object, attribute: str, entry: object, fix: str) -> StartError:
    if isinstance(entry, type):
        shown = f"the class {entry.__name__}"
    elif isinstance(entry, str | bytes | int | float | tuple | list | None):
        shown = repr(entry)
    else:
        shown = f"an object of {type(entry).__name__}"
    return StartError(f"{_name(service)}.{attribute} holds {shown}: {fix}")


def _name(service: object) -> str:
    return type(service).__name__


def _is_pair(entry: object) -> bool:
    return isinstance(entry, tuple | list) and len(entry) == 2


def _is_path(value: object) -> bool:
    return isinstance(value, str | Path)
