// Real clients of Socket.IO. What they hand to an app goes out as {"socket": its name, "event": the event's name,
// "args": [..]}. An exception of a client's own has no socket.
"use strict";
const lines = require("./lines.cjs");

const sockets = new Map();
// What a client says of itself, beside the events of the API.
const OWN = ["connect", "connect_error", "error", "disconnect"];

const print = (socket, event, args) => lines.print({ socket, event, args });
// An Error has no JSON of its own.
const plain = (value) => (value instanceof Error ? { message: value.message, data: value.data } : value);

const commands = {
  open({ socket: name, client, url, options, events }) {
    const socket = require(client)(url, { forceNew: true, reconnection: false, ...options });
    sockets.set(name, socket);
    for (const event of new Set([...OWN, ...events])) socket.on(event, (...args) => print(name, event, args.map(plain)));
  },
  emit({ socket: name, event, args }) {
    sockets.get(name).emit(event, ...args);
  },
  // What the server sent before it acknowledged two events in a row has arrived: what was on its way at the first
  // acknowledgement is there by the second.
  fence({ socket: name }) {
    const socket = sockets.get(name);
    socket.emit("nothing", () => socket.emit("nothing", () => print(name, "fence", [])));
  },
  transport({ socket: name }) {
    const { engine } = sockets.get(name).io;
    const tell = () => print(name, "transport", [engine.transport.name]);
    if (engine.transport.name === "websocket") tell();
    else engine.once("upgrade", tell);
  },
  close() {
    for (const socket of sockets.values()) socket.close();
    sockets.clear();
  },
};

process.on("uncaughtException", (error) => print(null, "exception", [error.stack]));

lines.obey(commands);
