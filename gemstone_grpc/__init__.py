"""One Python class is a whole microservice: typed gRPC and JSON-RPC 2.0.

import gemstone_grpc as gemstone

class HelloWorldService(gemstone.MicroService):
name = "hello_world_service"

@gemstone.exposed_method()
def say_hello(self, name: str) -> str:
return f"hello {name}"

HelloWorldService().start()
"""

from gemstone_grpc.container import Container, Version
from gemstone_grpc.context import Context, Metadata
from gemstone_grpc.errors import Code, FieldViolation, RpcError, StartError
from gemstone_grpc.interceptor import Interceptor, Next
from gemstone_grpc.method import exposed_method
from gemstone_grpc.schema.pinned import Field
from gemstone_grpc.schema.types import Float32, Int32, UInt32, UInt64
from gemstone_grpc.service import MicroService

__all__ = [
    "Code",
    "Container",
    "Context",
    "Field",
    "FieldViolation",
    "Float32",
    "Int32",
    "Interceptor",
    "Metadata",
    "MicroService",
    "Next",
    "RpcError",
    "StartError",
    "UInt32",
    "UInt64",
    "Version",
    "exposed_method",
]
