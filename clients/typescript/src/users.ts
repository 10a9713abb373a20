// Calls the example service of users: `users ADDRESS`, such as `users localhost:50051`.
// Prints one JSON object for each step.
import { toJson } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import { Role, RoleSchema, type User, UsersService } from "../gen/users/v1/users_pb.js";

type Users = Client<typeof UsersService>;

const [address] = process.argv.slice(2);
if (address === undefined) {
  throw new Error("usage: users ADDRESS");
}
const users = createClient(
  UsersService,
  createGrpcTransport({ baseUrl: `http://${address}`, defaultTimeoutMs: 10_000 }),
);
const user = await create(users);
await watch(users, user.id);
await watchTooLong(users, user.id);
await findNobody(users);
await sendMetadata(users, user.id);

// Unary.
async function create(users: Users): Promise<User> {
  const response = await users.usersCreate({
    email: "ann@example.com",
    role: Role.EDITOR,
    tags: ["a", "b"],
  });
  const user = response.result!;
  show("unary", {
    user: {
      id: Number(user.id), // int64 is a bigint, which JSON does not have
      email: user.email,
      role: RoleSchema.value[user.role!].name,
      tags: user.tags,
    },
  });
  return user;
}

// Server streaming: the user as it is, and again when it has a nickname.
async function watch(users: Users, userId: bigint): Promise<void> {
  const nicknames: (string | null)[] = [];
  const stop = new AbortController();
  const error = await failure(async () => {
    for await (const response of users.usersWatch({ userId }, { signal: stop.signal })) {
      nicknames.push(response.result!.nickname ?? null); // an optional field is undefined when unset
      if (nicknames.length === 1) {
        await users.usersRename({ userId, nickname: "annie" });
      } else {
        stop.abort(); // ends the call; leaving the loop alone would keep it open
      }
    }
  });
  if (error.code !== Code.Canceled) {
    throw error;
  }
  show("stream", { nicknames });
}

// A deadline that passes.
async function watchTooLong(users: Users, userId: bigint): Promise<void> {
  const error = await failure(async () => {
    for await (const _ of users.usersWatch({ userId }, { timeoutMs: 200 })) {
      // until the deadline
    }
  });
  show("deadline", { status: statusName(error.code) });
}

// An error with details: a google.rpc.Status in `grpc-status-details-bin`.
async function findNobody(users: Users): Promise<void> {
  const error = await failure(() => users.usersFind({ userId: 4_294_967_296n }));
  const [details] = error.findDetails(StructSchema);
  show("error", {
    status: statusName(error.code),
    message: error.rawMessage,
    details: toJson(StructSchema, details),
  });
}

// Metadata of the request, and of the end of the response.
async function sendMetadata(users: Users, userId: bigint): Promise<void> {
  await users.usersFind(
    { userId },
    {
      headers: { "x-request-id": "typescript-1" },
      onTrailer: (trailer) => show("metadata", { request_id: trailer.get("x-request-id") }),
    },
  );
}

async function failure(call: () => Promise<unknown>): Promise<ConnectError> {
  try {
    await call();
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("the call did not fail");
}

function statusName(code: Code): string {
  return codeToString(code).toUpperCase();
}

function show(step: string, found: object): void {
  console.log(JSON.stringify({ step, ...found }));
}
