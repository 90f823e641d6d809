/**
 * Tests the first steps of a new user: clones the repository into an empty folder, shows the help, which must not set anything up, and starts
 * the main job. Fails if the job fails or if the setup takes more disk space than allowed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** The maximum size of the setup for the main job, in bytes of files. */
const mostBytes = 250e6;

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "evenkeel-first-start-"));
const clone = join(folder, "evenkeel");

/** A new user does not have the programs of this checkout. */
const path = process.env.PATH!.split(delimiter).filter((entry) => !entry.includes("node_modules"));

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PATH: path.join(delimiter) },
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 26,
  });

/** The size of the files below a folder in bytes; hard links count once. */
function countBytesBelow(top: string): number {
  const sizes = new Map<number, number>();
  for (const entry of readdirSync(top, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = lstatSync(join(entry.parentPath, entry.name));
    sizes.set(ino, size);
  }
  return [...sizes.values()].reduce((total, size) => total + size, 0);
}

try {
  run("git", ["clone", "--quiet", root, clone], folder);
  const help = run("npm", ["start", "--silent", "--", "--help"], clone);
  if (!help.includes("--resume")) throw new Error(`npm start -- --help: found ${help}, expected the options`);
  if (existsSync(join(clone, "node_modules")))
    throw new Error("npm start -- --help: found node_modules, expected no set-up");
  run("npm", ["start", "--", "--dataset", "synthetic", "--epochs", "1", "--images", "512"], clone);
  if (!existsSync(join(clone, "runs", "latest", "report.html")))
    throw new Error("npm start: found no report");
  const bytes = countBytesBelow(join(clone, "node_modules"));
  console.log(
    `first start: node_modules take ${Math.round(bytes / 1e6)} MB, at most ${mostBytes / 1e6} are promised`,
  );
  if (bytes > mostBytes) throw new Error(`node_modules: found ${bytes} bytes, expected at most ${mostBytes}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
