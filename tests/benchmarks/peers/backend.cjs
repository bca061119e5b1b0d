// The same two operations with openapi-backend on node:http, as someone would write them who has its manual and an hour.
//
// It routes and judges by the whole contract; the two handlers look up who sends and where to, and keep the message.
// Texts of refusals, senders and rooms are the contract's, in the file that is named: {document, answers, world, kept}.
//
//     node backend.cjs FILE PORT
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const { OpenAPIBackend } = require("openapi-backend");
const addFormats = require("ajv-formats").default;

const [file, port] = process.argv.slice(2);
const { document, answers, world, kept } = JSON.parse(fs.readFileSync(file, "utf8"));
const messages = new Map();

const index = (records, ...fields) => new Map(records.map((record) => [fields.map((field) => record[field]).join(" "), record]));

function store(message, id) {
  messages.set(id, message);
  if (messages.size > kept) messages.delete(messages.keys().next().value);
}

const refuse = (name) => ({ status: answers[name].status, type: answers[name].type, body: answers[name].body });

// The contract says beside each keyword which refusal answers it. `{violation.field}` and the like are filled in.
function misfit({ validation }) {
  const error = validation.errors[0];
  const name = (error.parentSchema["x-answers"] ?? {})[error.keyword];
  if (name === undefined) return refuse(answers["invalid-body"] ? "invalid-body" : "malformed-json");
  const facts = { field: error.instancePath.slice("/requestBody/".length).replace(/\/(\d+)/g, "[$1]"), limit: error.params.limit };
  const { status, type, body } = answers[name];
  return { status, type, body: body.replace(/\{violation\.(\w+)\}/g, (_, fact) => facts[fact]) };
}

const created = (status, value) => ({ status, type: "application/json", body: JSON.stringify(value) });

const replyke = () => {
  const users = index(world.users, "id");
  const tokens = index(world.tokens, "token");
  const projects = index(world.projects, "id");
  const conversations = index(world.conversations, "id");
  const members = index(world.members.filter((member) => member.isActive), "conversationId", "userId");
  const sender = (token) => users.get(tokens.get(token)?.userId);
  const sendMessage = ({ security, request: { params, requestBody: body } }) => {
    const user = security.bearer;
    if (!projects.has(params.projectId)) return refuse("project-not-found");
    if (!members.has(`${params.conversationId} ${user.id}`)) return refuse("not-a-member");
    if (!body.content && !body.gif) return refuse("empty-message");
    const now = new Date().toISOString();
    const message = {
      id: crypto.randomUUID(), projectId: params.projectId, conversationId: params.conversationId, userId: user.id,
      content: body.content || null, gif: body.gif ?? null, mentions: body.mentions ?? [], metadata: body.metadata ?? {},
      parentMessageId: body.parentMessageId ?? null, quotedMessageId: body.quotedMessageId ?? null,
      threadReplyCount: 0, reactionCounts: {}, editedAt: null, userDeletedAt: null, moderationStatus: null,
      moderatedAt: null, moderatedById: null, moderatedByType: null, moderationReason: null, createdAt: now, updatedAt: now,
    };
    store(message, message.id);
    conversations.get(params.conversationId).lastMessageAt = now;
    return created(201, { ...message, localId: body.localId, files: [], userReactions: [], user, quotedMessage: null });
  };
  return { sender, unauthorized: "unauthorized", rejected: "token-rejected", handlers: { sendMessage } };
};

const amity = () => {
  const users = index(world.users, "userId");
  const tokens = index(world.tokens.filter((token) => !token.expiresAt), "token");
  const channels = index(world.channels, "channelId");
  const members = index(world.channelUsers.filter((member) => member.membership === "member"), "channelId", "userId");
  const sender = (token) => users.get(tokens.get(token)?.userId);
  const createMessage = ({ security, request: { requestBody: body } }) => {
    const user = security.bearer;
    const channel = channels.get(body.channelId);
    if (channel === undefined || channel.isDeleted) return refuse("channel-not-found");
    const member = members.get(`${channel.channelId} ${user.userId}`);
    if (member === undefined) return refuse("not-a-member");
    if (body.data?.text === undefined) return refuse("text-missing");
    const now = new Date().toISOString();
    const id = crypto.randomBytes(12).toString("hex");
    const message = {
      _id: id, type: body.type ?? "text", channelSegment: ++channel.messageCount, tags: body.tags ?? [], childrenNumber: 0,
      isDeleted: false, editedAt: now, updatedAt: now, createdAt: now, path: `${channel.path}/message/${channel._id}/${id}`,
      messageId: body.messageId || id, userId: user.userId, channelId: channel.channelId, flagCount: 0, hashFlag: null,
      reactions: {}, reactionsCount: 0, parentId: null, fileId: null, data: body.data ?? {}, mentionees: [],
    };
    store(message, id);
    channel.lastActivity = member.lastActivity = now;
    return created(200, { messages: [{ ...message, myReactions: [] }], users: [user], files: [] });
  };
  return { sender, unauthorized: "unauthorized", rejected: "unauthorized", handlers: { createMessage } };
};

const api = document.servers[0].url === "/amity" ? amity() : replyke();
const backend = new OpenAPIBackend({
  definition: document,
  apiRoot: document.servers[0].url,
  quick: true, // else it first judges the document, and knows OpenAPI 3.0 only
  ajvOpts: { verbose: true },
  customizeAjv: (ajv) => addFormats(ajv),
  securityHandlers: { bearer: ({ request }) => api.sender((request.headers.authorization ?? "").slice("Bearer ".length)) },
  handlers: {
    ...api.handlers,
    validationFail: misfit,
    unauthorizedHandler: ({ request }) => refuse(request.headers.authorization ? api.rejected : api.unauthorized),
    notFound: () => created(404, { error: "not found" }),
    notImplemented: () => created(501, { error: "not implemented" }),
  },
});

function read(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString()));
    request.on("error", reject);
  });
}

async function answer(request, response) {
  const body = await read(request);
  const { method, url, headers } = request;
  const { status, type, body: text } = await backend.handleRequest({ method, path: url, headers, body });
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

backend.init().then(() => http.createServer(answer).listen(Number(port), "127.0.0.1"));
