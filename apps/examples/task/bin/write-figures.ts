/** Writes the tables of `apps/examples/README.md` from the records in `apps/examples/<task>/results`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import { readFigures, writeTables } from "../src/figure-files.ts";

const examples = join(import.meta.dirname, "..", "..");
const path = join(examples, "README.md");
await writeFileAtomically(
  path,
  writeTables(readFileSync(path, "utf8"), (task) => readFigures(examples, task)),
);
console.log(`Written: ${path}`);
