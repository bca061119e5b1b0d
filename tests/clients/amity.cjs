// The vendor's TypeScript SDK: each client is one of its own, as in an app of its own.
"use strict";
const { afresh, answer, hear } = require("./lines.cjs");

// Newer versions of node have one that takes no headers, by which the mock is told the namespace.
delete globalThis.WebSocket;

const sdks = new Map();
const NAMESPACE = "Understudy-Namespace";

const commands = {
  open({ client: name, url, namespace, token }) {
    const sdk = afresh("@amityco/ts-sdk");
    const client = sdk.createClient("any-key", "us", { apiEndpoint: { http: url, mqtt: url.replace("http", "ws") } });
    const { common } = client.http.defaults.headers;
    common[NAMESPACE] = namespace;
    client.ws.io.opts.extraHeaders = { [NAMESPACE]: namespace };
    if (token) common.Authorization = `Bearer ${token}`;
    sdks.set(name, { sdk, common });
  },
  // A call of the SDK's own, such as createMessage; `prefer` asks the mock for an answer.
  call({ client, name, args, prefer }) {
    const { sdk, common } = sdks.get(client);
    common.Prefer = prefer ?? "";
    return sdk[name](...args);
  },
  // What a subscription of the SDK's own brings, such as onMessageCreated.
  listen({ client, name }) {
    sdks.get(client).sdk[name]((payload) => hear(client, payload));
  },
};

answer(commands, ({ constructor, code, level, message }) => ({ kind: constructor.name, code, level, message }));
