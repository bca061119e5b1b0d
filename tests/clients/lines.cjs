// How scripts of this folder talk to a test: commands come as lines of JSON on stdin, {"do": the command's name, ..},
// and what there is to say goes to stdout as lines of JSON.
"use strict";
const { createInterface } = require("node:readline");

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

// Does the commands until stdin ends.
function obey(commands) {
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      const command = JSON.parse(line);
      commands[command.do](command);
    })
    .on("close", () => process.exit());
}

// Does them and says what came of each: {"client": its name, "returned": ..} or {"client", "raised": {..}}. What an app
// would get without asking goes out by `hear`, as {"client", "heard": ..}.
function answer(commands, describe) {
  const answering = Object.entries(commands).map(([name, perform]) => [
    name,
    async (command) => {
      const { client } = command;
      try {
        print({ client, returned: await perform(command) });
      } catch (error) {
        print({ client, raised: describe(error) });
      }
    },
  ]);
  obey(Object.fromEntries(answering));
}

const hear = (client, heard) => print({ client, heard });

// Loads a module as if for the first time, with all of its package: clients keep what they know in their modules.
function afresh(name) {
  const folder = name.split("/").slice(0, 2).join("/");
  for (const file of Object.keys(require.cache)) {
    if (file.replaceAll("\\", "/").includes(`/node_modules/${folder}/`)) delete require.cache[file];
  }
  return require(name);
}

module.exports = { print, obey, answer, hear, afresh };
