// Starts Swagger UI with what the data- attributes of #docs say: the page's policy allows no script of its own.
import { follow, prepare } from "./contract.js";

const place = document.getElementById("docs");
const url = new URL(place.dataset.contract, location.href).href;
const credentials = JSON.parse(place.dataset.credentials);
// One per contract and namespace: Swagger UI's own key would hand one contract's credentials to the next.
const key = `understudy credentials ${url}`;

const dark = matchMedia("(prefers-color-scheme: dark)");
const followColours = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followColours);
followColours();

const plain = (value) => value?.toJS?.() ?? value;
const isComposed = (value) => value !== null && typeof value === "object";
const pairs = (value) => Object.entries(value).map(([name, inner]) => `${name}: ${inline(inner)}`);
const block = (value) => (isComposed(value) ? pairs(value).join("\n") : String(value));

function inline(value) {
  if (Array.isArray(value)) {
    return `[${value.map(inline).join(", ")}]`;
  }
  return isComposed(value) ? `{${pairs(value).join(", ")}}` : String(value);
}

// Swagger UI shows an operation's extensions as JSON on one line, and references as they stand.
const readableExtensions = ({ React: { createElement }, specSelectors }) => {
  const OperationExtRow = ({ xKey, xVal }) => {
    const value = plain(xVal);
    const contract = plain(specSelectors.specJson());
    const text = Array.isArray(value) ? value.map((each) => block(follow(contract, each))).join("\n\n") : block(value);
    const shown = createElement("pre", { className: "extension" }, text);
    return createElement("tr", null, createElement("td", null, xKey), createElement("td", null, shown));
  };
  const ParameterExt = ({ xKey, xVal }) =>
    createElement("div", { className: "parameter__extension" }, `${xKey}: ${inline(plain(xVal))}`);
  return { components: { OperationExtRow, ParameterExt } };
};

// Else each field that is left empty would be sent as an empty one.
const leaveOutEmptyFields = ({ React: { createElement } }) => ({
  wrapComponents: {
    ParameterIncludeEmpty: (Original) => (properties) => {
      const isIncludedOptions = { ...properties.isIncludedOptions, defaultValue: false };
      return createElement(Original, { ...properties, isIncludedOptions });
    },
  },
});

const rememberCredentials = () => {
  const persistAuthorizationIfNeeded = (_, { authSelectors }) => () =>
    localStorage.setItem(key, JSON.stringify(authSelectors.authorized()));
  return { statePlugins: { auth: { wrapActions: { persistAuthorizationIfNeeded } } } };
};

function authorize() {
  const kept = localStorage.getItem(key);
  if (kept) {
    ui.authActions.restoreAuthorization({ authorized: JSON.parse(kept) });
  } else {
    Object.entries(credentials).forEach(([scheme, value]) => ui.preauthorizeApiKey(scheme, value));
  }
}

function prepareContract(response) {
  if (response.url === url && response.ok) {
    response.text = JSON.stringify(prepare(JSON.parse(response.text)));
  }
  return response;
}

// Global, as on Swagger UI's own page: at hand in a browser's console.
window.ui = SwaggerUIBundle({
  url,
  domNode: place,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  onComplete: authorize,
  plugins: [readableExtensions, leaveOutEmptyFields, rememberCredentials],
  responseInterceptor: prepareContract,
  showExtensions: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
