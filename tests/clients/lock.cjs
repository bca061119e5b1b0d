// Takes out of the lockfile of the current folder what npm writes beside names, versions and digests: it names no host.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const file = path.resolve("package-lock.json");
const lock = JSON.parse(fs.readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) {
  for (const key of ["deprecated", "funding", "resolved"]) delete entry[key];
}
fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
