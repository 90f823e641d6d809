/** Runs an example task from source: `node scripts/example.ts <task> train|evaluate|predict ...`. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const examples = join(import.meta.dirname, "..", "apps", "examples");
const findProgram = (task: string): string => join(examples, task, "src", "main.ts");

const [task, ...args] = process.argv.slice(2);
const tasks = readdirSync(examples).filter((name) => existsSync(findProgram(name)) && name !== "task");

if (task === undefined || !tasks.includes(task)) {
  const isHelp = task === "--help" || task === "-h";
  const usage = `pnpm example <${tasks.join(" | ")}> train | evaluate | predict [options]\nEach task explains its options: pnpm example ${tasks[0]} --help`;
  console[isHelp ? "log" : "error"](
    isHelp ? usage : `task: found ${task ?? "nothing"}, expected one of ${tasks.join(", ")}\n${usage}`,
  );
  process.exitCode = isHelp ? 0 : 2;
} else {
  process.argv = [process.argv[0]!, findProgram(task), ...args];
  await import(pathToFileURL(findProgram(task)).href);
}
