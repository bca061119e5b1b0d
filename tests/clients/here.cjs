// Loaded before each script: nothing it runs gets to another machine, and stdout is for what the script has to say.
"use strict";
const { Console } = require("node:console");
const net = require("node:net");

globalThis.console = new Console(process.stderr);

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const host = typeof first === "object" ? (first.host ?? "localhost") : (second ?? "localhost");
  if (host !== "127.0.0.1") {
    console.error(`A client wanted to connect to ${host}.`);
    process.exit(1);
  }
  return connect.apply(this, args);
};
