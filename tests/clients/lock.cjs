// Takes out of the lockfile what npm writes beside names, versions and digests: it names no host.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const file = path.join(__dirname, "package-lock.json");
const lock = JSON.parse(fs.readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) {
  for (const key of ["deprecated", "funding", "resolved"]) delete entry[key];
}
fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
