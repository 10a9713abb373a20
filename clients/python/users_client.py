"""Calls the example service of users: `users_client.py ADDRESS`, such as `localhost:50051`.

Prints one JSON object for each step.
"""

import json
import sys
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from grpc_status import rpc_status
from users.v1 import users_pb2, users_pb2_grpc


def main(address: str) -> None:
    """Every step, in turn."""
    with grpc.insecure_channel(address) as channel:
        users = users_pb2_grpc.UsersServiceStub(channel)
        user = create(users)
        watch(users, user.id)
        watch_too_long(users, user.id)
        find_nobody(users)
        send_metadata(users, user.id)


def create(users: users_pb2_grpc.UsersServiceStub) -> users_pb2.User:
    """Unary."""
    request = users_pb2.UsersCreateRequest(
        email="ann@example.com", role=users_pb2.ROLE_EDITOR, tags=["a", "b"]
    )
    user = users.UsersCreate(request, timeout=10).result
    role = users_pb2.Role.Name(user.role)
    shown = {"id": user.id, "email": user.email, "role": role, "tags": list(user.tags)}
    show("unary", user=shown)
    return user


def watch(users: users_pb2_grpc.UsersServiceStub, user_id: int) -> None:
    """Server streaming: the user as it is, and again when it has a nickname."""
    responses = users.UsersWatch(users_pb2.UsersWatchRequest(user_id=user_id), timeout=10)
    before = next(responses).result
    rename = users_pb2.UsersRenameRequest(user_id=user_id, nickname="annie")
    users.UsersRename(rename, timeout=10)
    after = next(responses).result
    responses.cancel()  # ends the stream, which would go on for ever
    # an optional field that is unset reads as its zero: HasField tells the two apart
    nicknames = [user.nickname if user.HasField("nickname") else None for user in (before, after)]
    show("stream", nicknames=nicknames)


def watch_too_long(users: users_pb2_grpc.UsersServiceStub, user_id: int) -> None:
    """A deadline that passes."""
    try:
        for _ in users.UsersWatch(users_pb2.UsersWatchRequest(user_id=user_id), timeout=0.2):
            pass
    except grpc.RpcError as error:
        show("deadline", status=error.code().name)


def find_nobody(users: users_pb2_grpc.UsersServiceStub) -> None:
    """An error with details: a google.rpc.Status in `grpc-status-details-bin`."""
    try:
        users.UsersFind(users_pb2.UsersFindRequest(user_id=1 << 32), timeout=10)
    except grpc.RpcError as error:
        details = Struct()
        for packed in rpc_status.from_call(error).details:
            packed.Unpack(details)
        found = MessageToDict(details)
        show("error", status=error.code().name, message=error.details(), details=found)


def send_metadata(users: users_pb2_grpc.UsersServiceStub, user_id: int) -> None:
    """Metadata of the request, and of the end of the response."""
    request = users_pb2.UsersFindRequest(user_id=user_id)
    sent = [("x-request-id", "python-1")]
    _, call = users.UsersFind.with_call(request, metadata=sent, timeout=10)
    show("metadata", request_id=dict(call.trailing_metadata()).get("x-request-id"))


def show(step: str, **found: Any) -> None:
    """One line."""
    print(json.dumps({"step": step, **found}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: users_client.py ADDRESS")
    main(sys.argv[1])
