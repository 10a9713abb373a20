// json-rpc-2.0's client against the service at the URL given; one line of JSON for each step.
import { createJSONRPCNotification, createJSONRPCRequest, JSONRPCClient } from "json-rpc-2.0";

let status; // the promise of the last HTTP status: notify() does not say when it is over
const client = new JSONRPCClient((payload) => (status = send(payload)));

async function send(payload) {
  const response = await fetch(process.argv[2], {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(payload),
  });
  if (response.status === 200) client.receive(await response.json());
  else if (response.status !== 204) throw new Error(`HTTP ${response.status}`);
  return response.status;
}

const report = (step, answer) => console.log(JSON.stringify({ step, answer }));
const call = async (step, method, params) => {
  try {
    report(step, await client.request(method, params));
  } catch ({ code, message, data }) {
    report(step, { code, message, data });
  }
};

await call("by_name", "subtract", { subtrahend: 23, minuend: 42 });
await call("by_position", "subtract", [42, 23]);
client.notify("note", ["alone"]);
report("notification", (await status) === 204 ? null : "an answer");
const batch = [
  createJSONRPCRequest("first", "subtract", [42, 23]),
  createJSONRPCNotification("note", ["in a batch"]),
  createJSONRPCRequest("second", "subtract", [23, 42]),
];
const answers = await client.requestAdvanced(batch);
report("batch", answers.map(({ result, error }) => error ?? result));
await call("unknown_method", "no_such_method", []);
await call("bad_parameters", "subtract", { minuend: "42", difference: 19 });
await call("raised", "users.find", [7]);
