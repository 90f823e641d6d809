/**
 * `npm start` and `npm test` on a machine that has only Node 20 or newer and npm: installs what the lockfile names (pnpm
 * comes through npx), builds, and runs the job with the Node that the lockfile pins. Safe to run again: every step that
 * is up to date ends at once.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const { packageManager } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));
const bin = resolve(root, "node_modules", ".bin");
const onWindows = process.platform === "win32";
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, TURBO_TELEMETRY_DISABLED: "1" };

/** Runs a command; quiet ones show their output only when they fail, and then end the process. */
function run(command, args, { quiet = false } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: "utf8",
    shell: onWindows,
    maxBuffer: 1 << 28,
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
  });
  if (result.error !== undefined) {
    console.error(`${command} could not be started: ${result.error.message}`);
    process.exit(1);
  }
  if (quiet && result.status !== 0) {
    console.error(`${command} ${args.join(" ")}\n${result.stdout}${result.stderr}`);
    process.exit(result.status ?? 1);
  }
  return result.status ?? 1;
}

/** The pinned pnpm where it is installed, else the same version through npx. */
function pnpmCommand() {
  const wanted = packageManager.split("@")[1];
  const found = spawnSync("pnpm", ["--version"], { cwd: root, env, encoding: "utf8", shell: onWindows });
  return found.stdout?.trim() === wanted ? ["pnpm"] : ["npx", "--yes", packageManager];
}

function setUp(task) {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20) {
    console.error(`Node ${process.versions.node} was found, 20 or newer is needed.`);
    process.exit(1);
  }
  const [command, ...prefix] = pnpmCommand();
  console.error("Setting up: dependencies");
  run(command, [...prefix, "install", "--frozen-lockfile", "--prefer-offline"], { quiet: true });
  console.error(task === "build" ? "Setting up: build" : "Setting up: kernels");
  run("turbo", ["run", task, "--output-logs=errors-only"], { quiet: true });
}

const jobs = {
  start: { needs: "build", command: ["apps/examples/image-classification/src/main.ts"], program: "node" },
  test: { needs: "generate", command: ["run"], program: "vitest" },
};

// An interrupt reaches the program that runs too: this one waits until it has saved what it was doing.
process.on("SIGINT", () => undefined);

const [name, ...args] = process.argv.slice(2);
const job = jobs[name];
if (job === undefined) {
  console.error(`job: found ${name}, expected one of: ${Object.keys(jobs).join(", ")}`);
  process.exit(2);
}
setUp(job.needs);
process.exit(run(job.program, [...job.command, ...args]));
