"""Converters between Python values, JSON and protobuf messages, compiled once per method."""

from gemstone_grpc.codec.anyvalue import plain_json
from gemstone_grpc.codec.arguments import Arguments
from gemstone_grpc.codec.compile import MethodCodec, compile_codecs
from gemstone_grpc.codec.results import ResultError

__all__ = ["Arguments", "MethodCodec", "ResultError", "compile_codecs", "plain_json"]
