// jayson's client against the service at the URL given; one line of JSON for each step.
import jayson from "jayson/promise/index.js";

const { hostname, port, pathname } = new URL(process.argv[2]);
const client = jayson.Client.http({ hostname, port, path: pathname });

const answer = (response) => response?.error ?? response?.result;
const report = (step, answer = null) => console.log(JSON.stringify({ step, answer }));
const call = async (step, method, params) =>
  report(step, answer(await client.request(method, params)));

await call("by_name", "subtract", { subtrahend: 23, minuend: 42 });
await call("by_position", "subtract", [42, 23]);
report("notification", await client.request("note", ["alone"], null));
const batch = [
  client.request("subtract", [42, 23], undefined, false),
  client.request("note", ["in a batch"], null, false),
  client.request("subtract", [23, 42], undefined, false),
];
report("batch", (await client.request(batch)).map(answer));
await call("unknown_method", "no_such_method", []);
await call("bad_parameters", "subtract", { minuend: "42", difference: 19 });
await call("raised", "users.find", [7]);
