/**
 * `npm start` and `npm test` on a machine that has only Node 20 or newer and npm: sets up what the job needs, and runs it
 * from its sources with the Node that the lockfile pins. Safe to run again: every step that is up to date ends at once.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Programs } from "./programs.mjs";
import { setUp } from "./set-up.mjs";

const root = resolve(import.meta.dirname, "..");
const app = join(root, "apps", "examples", "image-classification", "src");

/** `needsAll`: every tool of the repository, not only what the main job needs. */
const jobs = {
  start: {
    needsAll: false,
    program: "node",
    args: ["--conditions=@evenkeel/source", join(app, "main.ts")],
    help: join(app, "help.txt"),
  },
  test: { needsAll: true, program: "vitest", args: ["run"] },
};

async function main([name, ...args]) {
  const job = jobs[name];
  if (job === undefined) {
    throw new Error(`job: found ${name}, expected one of: ${Object.keys(jobs).join(", ")}`);
  }
  if (job.help !== undefined && args.some((arg) => arg === "--help" || arg === "-h")) {
    console.log(readFileSync(job.help, "utf8").trimEnd());
    return 0;
  }
  if (Number.parseInt(process.versions.node, 10) < 20) {
    throw new Error(`Node ${process.versions.node} was found, 20 or newer is needed`);
  }
  const programs = new Programs(root);
  await setUp(programs, job.needsAll);
  return programs.run(job.program, [...job.args, ...args]);
}

// Whoever read along may have gone, as with `| head`: the job goes on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    process.exit(error.exitCode ?? 2);
  },
);
