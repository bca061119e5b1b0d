// The vendor's React library, mounted as in an app; its chat is younger than the package, so calls of the chat are made
// with the HTTP client that the library hands out, which signs them in and refreshes their tokens.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const React = require("react");
const { act, create } = require("react-test-renderer");
const { afresh, answer } = require("./lines.cjs");

// Bundlers read this package; node does not, as it takes its CommonJS files for modules.
const load = Module._extensions[".js"];
Module._extensions[".js"] = (module, file) => {
  if (file.includes(path.join("@replyke", "core", "dist", "cjs"))) module._compile(fs.readFileSync(file, "utf8"), file);
  else load(module, file);
};
globalThis.IS_REACT_ACT_ENVIRONMENT = true;

const CORE = "@replyke/core/dist/cjs";
const apps = new Map();

// Notes what the server says to each call before the library has seen it.
function watch(instance, calls) {
  const note = ({ config, status }) => {
    const { headers, data } = config;
    const localId = data instanceof FormData ? data.get("localId") : JSON.parse(data ?? "{}").localId;
    calls.push({ path: config.url, status, authorization: headers.Authorization ?? null, localId: localId ?? null });
  };
  instance.interceptors.response.use(
    (response) => (note(response), response),
    (error) => (note(error.response), Promise.reject(error)),
  );
}

function form(fields, files) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  for (const { name, type, text } of files) data.append("files", new Blob([text], { type }), name);
  return data;
}

const commands = {
  // The whole ReplykeProvider would ask the vendor's own host for the project.
  async open({ client: name, url, project }) {
    const config = afresh(`${CORE}/config/axios.js`);
    const { ReplykeContext } = require(`${CORE}/context/replyke-context.js`);
    const { ReplykeStoreProvider } = require(`${CORE}/context/replyke-store-context.js`);
    const { default: useAuth } = require(`${CORE}/hooks/auth/useAuth.js`);
    const { default: useAxiosPrivate } = require(`${CORE}/config/useAxiosPrivate.js`);
    const { replykeStore: store } = require(`${CORE}/store/index.js`);
    const { setTokens } = require(`${CORE}/store/slices/authSlice.js`);
    const app = { store, setTokens, calls: [] };
    for (const instance of [config.default, config.axiosPrivate]) {
      instance.defaults.baseURL = url;
      watch(instance, app.calls);
    }
    const App = () => ((app.auth = useAuth()), (app.http = useAxiosPrivate()), null);
    const inStore = React.createElement(ReplykeStoreProvider, { projectId: project }, React.createElement(App));
    act(() => void create(React.createElement(ReplykeContext.Provider, { value: { projectId: project } }, inStore)));
    apps.set(name, app);
    while (app.auth.loadingInitial) await act(() => new Promise((resolve) => setTimeout(resolve, 1)));
  },
  async signIn({ client, ...credentials }) {
    const { auth, store } = apps.get(client);
    await act(() => auth.signInWithEmailAndPassword(credentials));
    return store.getState().auth;
  },
  // What an app does that has kept the tokens of an earlier session.
  async resume({ client, tokens }) {
    const { store, setTokens } = apps.get(client);
    await act(async () => void store.dispatch(setTokens(tokens)));
  },
  async post({ client, path: url, fields, files }) {
    const { http } = apps.get(client);
    const headers = { "Content-Type": "multipart/form-data" };
    let answer;
    await act(async () => {
      answer = await (files ? http.post(url, form(fields, files), { headers }) : http.post(url, fields));
    });
    return answer.data;
  },
  get: async ({ client, path: url }) => (await apps.get(client).http.get(url)).data,
  // Each call since the last time that this was asked.
  calls: ({ client }) => apps.get(client).calls.splice(0),
};

answer(commands, ({ message, response }) => ({ message, status: response?.status, body: response?.data }));
