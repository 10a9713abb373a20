"""Sends every vector of a file to the example service, and must get each back equal.

`vectors_client.py ADDRESS FILE`, such as `localhost:50051 ../vectors.json`.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError
from vectors.v1 import vectors_pb2, vectors_pb2_grpc


class Unequal(Exception):
    """What should be the same is not."""


def main(address: str, path: Path) -> None:
    """Every vector, in turn; exit status 1 when one fails."""
    vectors = json.loads(path.read_text(encoding="utf-8"))
    failed = []
    with grpc.insecure_channel(address) as channel:
        service = vectors_pb2_grpc.VectorsServiceStub(channel)
        for vector in vectors:
            try:
                check(service, vector)
            except (DecodeError, ParseError, Unequal, grpc.RpcError) as error:
                print(f"{vector['name']}: {error}", file=sys.stderr)
                failed.append(vector["name"])
    print(json.dumps({"vectors": len(vectors), "failed": failed}))
    sys.exit(1 if failed else 0)


def check(service: vectors_pb2_grpc.VectorsServiceStub, vector: dict[str, Any]) -> None:
    """A vector is `value`, in protobuf's JSON, and `wire`, the same serialized, in base64."""
    sent = ParseDict(vector["value"], vectors_pb2.Everything())
    serialized = vectors_pb2.Everything.FromString(base64.b64decode(vector["wire"]))
    if not same(sent, serialized):
        raise Unequal(f"value is {sent}, wire is {serialized}")
    response = service.Echo(vectors_pb2.EchoRequest(value=sent), timeout=10)
    if not same(sent, response.result):
        raise Unequal(f"sent {sent}, got {response.result}")


def same(one: vectors_pb2.Everything, other: vectors_pb2.Everything) -> bool:
    """Compares serialized messages: `==` takes 0 and -0 for equal."""
    wires = {message.SerializeToString(deterministic=True) for message in (one, other)}
    return len(wires) == 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: vectors_client.py ADDRESS FILE")
    main(sys.argv[1], Path(sys.argv[2]))
