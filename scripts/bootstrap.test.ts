import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const repository = join(import.meta.dirname, "..");
const app = join("apps", "examples", "image-classification", "src");

/** A stand-in for the main job: at a request to end, it takes some time to save, and prints when it has saved. */
const program = `
for (const [name, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]]) {
  process.on(name, () => setTimeout(() => {
    console.log("saved at " + name);
    process.exit(code);
  }, 200));
}
process.stdout.on("error", () => undefined);
const [task] = process.argv.slice(2);
if (task === "kill") process.kill(process.pid, "SIGKILL");
if (task !== "wait") process.exit(Number(task));
console.log("ready");
setInterval(() => undefined, 1000);
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "evenkeel-bootstrap-"));
  await mkdir(join(root, app), { recursive: true });
  await mkdir(join(root, "packages"));
  await cp(join(repository, "scripts"), join(root, "scripts"), { recursive: true });
  await cp(join(repository, app, "help.txt"), join(root, app, "help.txt"));
  await writeFile(join(root, app, "main.ts"), program);
  await writeFile(join(root, "package.json"), JSON.stringify({ packageManager: "pnpm@0.0.0" }));
  await writeFile(join(root, "pnpm-lock.yaml"), "");
});
afterEach(() => rm(root, { recursive: true }));

/** Creates `node_modules` as an installation does. */
async function pretendInstalled(): Promise<void> {
  await mkdir(join(root, "node_modules"));
  await symlink(join(repository, "node_modules", ".bin"), join(root, "node_modules", ".bin"));
  const digest = createHash("sha256").update("").digest("hex");
  await writeFile(join(root, "node_modules", ".set-up"), `main job ${digest}\n`);
}

const start = (...args: string[]) =>
  spawn(process.execPath, [join(root, "scripts", "bootstrap.mjs"), "start", ...args], {
    cwd: root,
    env: { ...process.env, PATH: [join(root, "tools"), process.env.PATH].join(delimiter) },
  });

/** A program that is found before any other of its name. */
async function writeTool(name: string, code: string): Promise<void> {
  await mkdir(join(root, "tools"), { recursive: true });
  await writeFile(join(root, "tools", name), `#!${process.execPath}\n${code}`, { mode: 0o755 });
}

async function end(child: ReturnType<typeof start>): Promise<{ code: number | null; output: string }> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

describe("npm start", () => {
  test.each(["--help", "-h"])("with %s prints the help before anything is set up", async (flag) => {
    const { code, output } = await end(start("--epochs", "3", flag));
    expect(code).toBe(0);
    expect(output).toMatch(/^Trains one network with and without batch normalization/);
    expect(await readdir(root)).not.toContain("node_modules");
  });

  test("of an example prints its help before anything is set up", async () => {
    const help = join("apps", "examples", "translation", "src", "help.txt");
    await cp(join(repository, help), join(root, help));
    const args = [join(root, "scripts", "bootstrap.mjs"), "example", "translation", "--help"];
    const { code, output } = await end(spawn(process.execPath, args, { cwd: root }));
    expect(code).toBe(0);
    expect(output).toMatch(/^Trains a translator/);
    expect(await readdir(root)).not.toContain("node_modules");
  });

  test.each([
    ["0", 0],
    ["2", 2],
    ["kill", 137],
  ])("ends with the code of the program: %s", async (task, code) => {
    await pretendInstalled();
    expect(await end(start(task))).toMatchObject({ code });
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("hands %s on, and waits until the program has saved", async (signal, code) => {
    await pretendInstalled();
    const child = start("wait");
    child.stdout.on("data", (text) => {
      if (String(text).includes("ready")) child.kill(signal);
    });
    expect(await end(child)).toEqual({ code, output: `ready\nsaved at ${signal}\n` });
  });

  test("continues if nobody reads its output", async () => {
    await pretendInstalled();
    const child = start("wait");
    child.stdout.once("data", () => {
      child.stdout.destroy();
      child.stderr.destroy();
      setTimeout(() => child.kill("SIGTERM"), 50);
    });
    expect((await end(child)).code).toBe(143);
  });

  test("ends at a signal during the setup, and starts nothing more", async () => {
    await writeTool("pnpm", `process.kill(process.ppid, "SIGINT"); setInterval(() => undefined, 1000);`);
    await writeTool("npx", `require("node:fs").writeFileSync("npx-was-started", "");`);
    const { code, output } = await end(start("0"));
    expect({ code, output }).toEqual({ code: 130, output: "Setting up: dependencies\nInterrupted.\n" });
    expect(await readdir(root)).not.toContain("npx-was-started");
  });

  test("names the failed step of the setup, and installs again next time", async () => {
    // No such package manager exists.
    await writeFile(join(root, "package.json"), JSON.stringify({ packageManager: "./absent" }));
    const { code, output } = await end(start("0"));
    expect(code).toBe(1);
    expect(output).toMatch(/^Setting up: dependencies\nnpx --yes \.\/absent install --frozen-lockfile/);
    expect(await readdir(root)).not.toContain("node_modules");
  });
});
