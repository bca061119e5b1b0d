// The vendor's own SDK, told what to do by lines of JSON on stdin. What it gives to an app goes to stdout as lines of
// JSON: {"returned": ..} or {"raised": {..}} for each message to create, {"heard": ..} for each that its socket brings.
"use strict";
const { createInterface } = require("node:readline");
const sdk = require("@amityco/ts-sdk");

const [url, token, namespace] = process.argv.slice(2);
const client = sdk.createClient("any-key", "us", { apiEndpoint: { http: url, mqtt: url.replace("http", "ws") } });
// The part of its login that matters here: the whole would connect to a message broker as well.
Object.assign(client.http.defaults.headers.common, {
  Authorization: `Bearer ${token}`,
  "Understudy-Namespace": namespace,
});
client.ws.io.opts.query = { token, "understudy-namespace": namespace };

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const commands = {
  async create({ bundle, prefer }) {
    Object.assign(client.http.defaults.headers.common, { Prefer: prefer });
    try {
      print({ returned: (await sdk.createMessage(bundle)).data });
    } catch (error) {
      print({ raised: { kind: error.constructor.name, code: error.code, level: error.level, message: error.message } });
    }
  },
  listen() {
    client.ws.on("v3.message.didCreate", (payload) => client.emitter.emit("v3.message.didCreate", payload));
    sdk.onMessageCreated((message) => print({ heard: message }));
    client.ws.once("connect", () => print({ listening: true }));
    client.ws.open();
  },
};

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    commands[command.do](command);
  })
  .on("close", () => process.exit());
