// The vendor's older JavaScript SDK on a page of an app, from another origin than the mock's. It allows one client.
"use strict";
const { JSDOM } = require("jsdom");
const { answer, hear } = require("./lines.cjs");

const { window } = new JSDOM("", { url: "http://app.example/" });
for (const name of ["crypto", "document", "localStorage", "location", "navigator", "WebSocket", "XMLHttpRequest"]) {
  // Some versions of node have some of them, which cannot be assigned to.
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}
globalThis.window = window;

const { default: Client, MessageRepository, SyncState } = require("@amityco/js-sdk");
let session;

const describe = ({ code, level, message }) => ({ code, level, message });

// What the app sees of a message once the server has had its say, and the error if it was refused.
function settled(live) {
  let refusal = null;
  return new Promise((resolve) => {
    live.on("dataError", (error) => (refusal = describe(error)));
    live.on("dataUpdated", (model) => {
      if (model.syncState !== SyncState.Syncing) resolve({ model: shown(model), refusal });
    });
  });
}

function shown(model) {
  const { messageId, channelId, userId, channelSegment, data, isDeleted, syncState, user } = model;
  const state = Object.keys(SyncState).find((name) => SyncState[name] === syncState);
  return { messageId, channelId, userId, channelSegment, data, isDeleted, state, displayName: user.displayName };
}

const commands = {
  // Without the message broker, which the mock has not: what is live comes by Socket.IO.
  async register({ url, userId }) {
    session ??= new Client({ apiKey: "any-key", apiEndpoint: url, mqttEndpoint: url.replace("http", "ws") });
    await session.registerSession({ userId, disableRTE: true });
    if (session.connectionStatus !== "connected") {
      await new Promise((resolve) => {
        session.on("connectionStatusChanged", ({ newValue }) => newValue === "connected" && resolve());
      });
    }
    return { userId: session.currentUserId, session: session.sessionState, connection: session.connectionStatus };
  },
  create: ({ message }) => settled(MessageRepository.createTextMessage(message)),
  delete: ({ messageId }) => MessageRepository.deleteMessage(messageId),
  // The list of a channel's messages, again each time that it changes.
  follow({ client, channelId }) {
    MessageRepository.queryMessages({ channelId }).on("dataUpdated", (models) => hear(client, models.map(shown)));
  },
};

answer(commands, describe);
