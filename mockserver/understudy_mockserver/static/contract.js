// Makes a contract ready for Swagger UI, which does not read all that OpenAPI 3.1 says.

/** The contract, changed in place: its requests can be sent as Swagger UI fills them in. */
export function prepare(contract) {
  for (const item of Object.values(contract.paths)) {
    for (const operation of operations(item)) {
      inherit(contract, item.parameters ?? [], operation);
      fillForms(contract, operation);
    }
    delete item.parameters;
  }
  return contract;
}

/** What a value stands for: itself, or what its `$ref` names. */
export function follow(contract, value) {
  if (typeof value?.$ref !== "string") {
    return value;
  }
  const names = value.$ref.split("/").slice(1);
  return names.reduce((place, name) => place?.[decode(name)], contract) ?? value;
}

const decode = (token) => decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");

const operations = (item) => Object.values(item).filter((value) => value.responses);

// References among an operation's own parameters are followed; among those of a path, it depends.
function inherit(contract, shared, operation) {
  const own = operation.parameters ?? [];
  const name = (parameter) => ["in", "name"].map((key) => follow(contract, parameter)[key]).join(" ");
  const overridden = new Set(own.map(name));
  const all = [...shared.filter((parameter) => !overridden.has(name(parameter))), ...own];
  operation.parameters = all.map((parameter) => withoutFilling(follow(contract, parameter)));
}

// Swagger UI fills in every example it finds, and sends it: of parameters that exclude each other, all.
function withoutFilling(parameter) {
  if (parameter.required) {
    return parameter;
  }
  const { example, ...rest } = parameter;
  const hint = example === undefined ? "" : ` For example: \`${example}\`.`;
  return { ...rest, description: `${rest.description ?? ""}${hint}` };
}

// A form is filled in from its fields' schemas ("string", if they say nothing), never from the form's examples.
function fillForms(contract, operation) {
  const content = follow(contract, operation.requestBody)?.content ?? {};
  for (const [type, media] of Object.entries(content)) {
    const example = Object.values(media.examples ?? {})[0];
    if (example && !type.includes("json")) {
      media.schema = filledIn(contract, media.schema, follow(contract, example).value);
    }
  }
}

function filledIn(contract, schema, example) {
  const form = follow(contract, schema);
  const fields = Object.entries(form.properties ?? {}).map(([name, reference]) => {
    const field = follow(contract, reference);
    return [name, isFile(contract, field) ? field : { ...field, examples: [example[name] ?? blank(field)] }];
  });
  return { ...form, properties: Object.fromEntries(fields) };
}

const isFile = (contract, field) =>
  field.format === "binary" || follow(contract, field.items ?? {}).format === "binary";

const blank = (field) => ([field.type].flat().includes("array") ? [] : "");
