// Sends every vector of a file to the example service, and must get each back equal:
// `vectors ADDRESS FILE`, such as `vectors localhost:50051 ../vectors.json`.
import { readFileSync } from "node:fs";

import { equals, fromBinary, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import { EverythingSchema, VectorsService } from "../gen/vectors/v1/vectors_pb.js";

interface Vector {
  name: string;
  value: JsonValue; // in protobuf's JSON
  wire: string; // the same, serialized, in base64
}

const [address, file] = process.argv.slice(2);
if (address === undefined || file === undefined) {
  throw new Error("usage: vectors ADDRESS FILE");
}
const service = createClient(
  VectorsService,
  createGrpcTransport({ baseUrl: `http://${address}`, defaultTimeoutMs: 10_000 }),
);
const vectors: Vector[] = JSON.parse(readFileSync(file, "utf-8"));
const failed: string[] = [];
for (const vector of vectors) {
  try {
    await check(service, vector);
  } catch (error) {
    console.error(`${vector.name}:`, error);
    failed.push(vector.name);
  }
}
console.log(JSON.stringify({ vectors: vectors.length, failed }));
process.exitCode = failed.length > 0 ? 1 : 0;

// `equals` takes 0 and -0 for equal.
async function check(service: Client<typeof VectorsService>, vector: Vector): Promise<void> {
  const sent = fromJson(EverythingSchema, vector.value);
  if (!equals(EverythingSchema, sent, fromBinary(EverythingSchema, base64Decode(vector.wire)))) {
    throw new Error("value and wire differ");
  }
  const { result } = await service.echo({ value: sent });
  if (result === undefined || !equals(EverythingSchema, sent, result)) {
    throw new Error("what came back differs from what was sent");
  }
}
