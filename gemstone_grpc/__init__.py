"""One Python class is a whole microservice: typed gRPC and JSON-RPC 2.0.

import gemstone_grpc as gemstone

class HelloWorldService(gemstone.MicroService):
name = "hello_world_service"

@gemstone.exposed_method()
def say_hello(self, name: str) -> str:
return f"hello {name}"

HelloWorldService().start()
"""

import importlib
from typing import TYPE_CHECKING, Any

from gemstone_grpc.auth.certificate import CertificateAuth
from gemstone_grpc.auth.credential import Credential
from gemstone_grpc.auth.token_auth import TokenAuth
from gemstone_grpc.auth.token_store import TokenStore
from gemstone_grpc.auth.verifier import Verifier
from gemstone_grpc.container import Container, Version
from gemstone_grpc.context import Context, Metadata
from gemstone_grpc.errors import Code, FieldViolation, RpcError, StartError
from gemstone_grpc.identity import Identity
from gemstone_grpc.interceptor import Interceptor, Next
from gemstone_grpc.method import exposed_method
from gemstone_grpc.schema.pinned import Field
from gemstone_grpc.schema.types import Float32, Int32, UInt32, UInt64
from gemstone_grpc.service import MicroService

if TYPE_CHECKING:
    from gemstone_grpc.auth.jwt_auth import JwtAuth
    from gemstone_grpc.ratelimit import RateLimit

_EXTRAS = {  # what needs a package that not everybody has, imported when it is asked for
    "JwtAuth": ("gemstone_grpc.auth.jwt_auth", "jwt"),
    "RateLimit": ("gemstone_grpc.ratelimit", "ratelimit"),
}

__all__ = [
    "CertificateAuth",
    "Code",
    "Container",
    "Context",
    "Credential",
    "Field",
    "FieldViolation",
    "Float32",
    "Identity",
    "Int32",
    "Interceptor",
    "JwtAuth",
    "Metadata",
    "MicroService",
    "Next",
    "RateLimit",
    "RpcError",
    "StartError",
    "TokenAuth",
    "TokenStore",
    "UInt32",
    "UInt64",
    "Verifier",
    "Version",
    "exposed_method",
]


def __getattr__(name: str) -> Any:
    if name not in _EXTRAS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, extra = _EXTRAS[name]
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{name} needs {error.name}: pip install 'gemstone-grpc[{extra}]'"
        ) from None
