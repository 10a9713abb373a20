"""Call any gRPC service that offers reflection, with no generated code.

python -m examples.call_grpc localhost:50051 SayHello '{"name": "world"}'
"""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)


def call(channel: grpc.Channel, rpc: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The responses of the first rpc of that name, as protobuf's JSON."""
    database = ProtoReflectionDescriptorDatabase(channel)
    pool = DescriptorPool(database)
    for service in database.get_services():
        method = pool.FindServiceByName(service).methods_by_name.get(rpc)
        if method is None:
            continue
        request_class = GetMessageClass(method.input_type)
        response_class = GetMessageClass(method.output_type)
        arity: Any = channel.unary_stream if method.server_streaming else channel.unary_unary
        send = arity(
            f"/{service}/{rpc}", request_class.SerializeToString, response_class.FromString
        )
        answer = send(json_format.ParseDict(params, request_class()), timeout=10)
        for response in answer if method.server_streaming else [answer]:
            yield json_format.MessageToDict(response, preserving_proto_field_name=True)
        return
    raise LookupError(f"no service at this address has the rpc {rpc}")


def main() -> None:
    """Read the command line, call, print each response as it comes."""
    parser = argparse.ArgumentParser(description="Call gRPC through reflection.")
    parser.add_argument("address", help="such as localhost:50051")
    parser.add_argument("rpc", help="such as SayHello")
    parser.add_argument("params", nargs="?", default="{}", type=json.loads)
    options = parser.parse_args()
    try:
        with grpc.insecure_channel(options.address) as channel:
            for response in call(channel, options.rpc, options.params):
                print(json.dumps(response))
    except grpc.RpcError as error:
        status: Any = error
        sys.exit(f"error: {status.code().name}: {status.details()}")
    except (LookupError, json_format.ParseError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
