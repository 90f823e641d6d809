/**
 * `npm start`, `npm test` and `npm run example` on a machine with only npm and Node 20 or newer: sets up everything that the job needs,
 * and runs the job from source with the Node version in the lockfile. When run again, steps that are up to date end at once.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Programs } from "./programs.mjs";
import { setUp } from "./set-up.mjs";

// Node 20 has `import.meta.dirname` only since 20.11.
const root = fileURLToPath(new URL("..", import.meta.url));
const examples = join(root, "apps", "examples");
const app = join(examples, "image-classification", "src");

/**
 * `needsAll`: the job needs every tool of the repository, not only those of the main job. `findHelp`: the file with the help that the
 * arguments ask for.
 */
const jobs = {
  start: {
    needsAll: false,
    program: "node",
    args: ["--conditions=@evenkeel/source", join(app, "main.ts")],
    findHelp: () => join(app, "help.txt"),
  },
  example: {
    needsAll: true,
    program: "node",
    args: ["--conditions=@evenkeel/source", join(root, "scripts", "example.ts")],
    findHelp: ([task]) => join(examples, task, "src", "help.txt"),
  },
  test: { needsAll: true, program: "vitest", args: ["run"] },
};

async function main([name, ...args]) {
  const job = jobs[name];
  if (job === undefined) {
    throw new Error(`job: found ${name}, expected one of: ${Object.keys(jobs).join(", ")}`);
  }
  if (job.findHelp !== undefined && args.some((arg) => arg === "--help" || arg === "-h")) {
    const help = job.findHelp(args);
    if (existsSync(help)) {
      console.log(readFileSync(help, "utf8").trimEnd());
      return 0;
    }
  }
  if (Number.parseInt(process.versions.node, 10) < 20) {
    throw new Error(`Node ${process.versions.node} was found, 20 or newer is needed`);
  }
  const programs = new Programs(root);
  await setUp(programs, job.needsAll);
  return programs.run(job.program, [...job.args, ...args]);
}

// The reader of the output may end first, as with `| head`; the job continues.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    process.exit(error.exitCode ?? 2);
  },
);
