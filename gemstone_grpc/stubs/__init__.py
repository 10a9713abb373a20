"""`.proto` files → typed clients and servers in other languages."""

from gemstone_grpc.stubs.languages import LANGUAGES
from gemstone_grpc.stubs.write import write

__all__ = ["LANGUAGES", "write"]
