import { fork } from "node:child_process";
import { once } from "node:events";
import { lutimes, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StorageError } from "../checks/errors.ts";
import { claimPath } from "./claim.ts";
import { thisMachine } from "./temporary-files.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "claim-"));
  path = join(folder, "run", ".lock");
});

afterEach(() => rm(folder, { recursive: true }));

const holder = (machine: string, pid: number) =>
  JSON.stringify({ host: machine.split(".")[0], machine, pid, claim: "x" });

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);

test("a claim holds until it is released, even within one process", async () => {
  const release = await claimPath(path);
  await expect(claimPath(path)).rejects.toThrow(StorageError);
  await expect(claimPath(path)).rejects.toThrow(
    `${path}: found in use by process ${process.pid} on ${hostname()}, expected one program at a time`,
  );
  await release();
  expect(await readdir(join(folder, "run"))).toEqual([]);
  await (await claimPath(path))();
});

test("exactly one of many concurrent attempts succeeds, even if there is a stale claim", async () => {
  for (const isLeft of [false, true]) {
    const at = join(folder, `.lock-${isLeft}`);
    if (isLeft) await writeFile(at, holder(thisMachine, 2 ** 30));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => claimPath(at)));
    const claims = results.filter(({ status }) => status === "fulfilled");
    expect(claims.length).toBe(1);
    await (claims[0] as PromiseFulfilledResult<() => Promise<void>>).value();
  }
});

test("of many attempts that find a stale claim, at most one holds it at a time, in any interleaving", async () => {
  for (let round = 0; round < 400; round++) {
    const at = join(folder, `.lock-${round}`);
    await writeFile(at, holder(thisMachine, 2 ** 30));
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => claimPath(at)));
    const claims = results.filter(({ status }) => status === "fulfilled");
    expect(claims.length).toBe(1);
    await (claims[0] as PromiseFulfilledResult<() => Promise<void>>).value();
  }
  expect(await readdir(folder)).toEqual([]);
}, 60_000);

test("a process that was killed while it removed a claim blocks no other", async () => {
  await (await claimPath(path))();
  await writeFile(path, holder(thisMachine, 2 ** 30));
  await writeFile(`${path}.taking`, holder(thisMachine, 2 ** 30));
  await (await claimPath(path))();
  expect(await readdir(join(folder, "run"))).toEqual([]);
});

test("a container of the same name has its own processes", async () => {
  await (await claimPath(path))();
  for (const pid of [2 ** 30, process.pid]) {
    await writeFile(path, holder(`${hostname()}.1.0`, pid));
    await utimes(path, ago(100_000), ago(100_000));
    await expect(claimPath(path)).rejects.toThrow(`process ${pid} on ${hostname().split(".")[0]}`);
  }
});

test("another process that is alive keeps its claim, and loses it when it is killed", async () => {
  // A child that waits; the claim is written in its name.
  const child = fork("-e", ["process.on('message', () => undefined)"], { execArgv: [], stdio: "ignore" });
  const exit = once(child, "exit");
  await (await claimPath(path))();
  await writeFile(path, holder(thisMachine, child.pid!));
  await expect(claimPath(path)).rejects.toThrow(`process ${child.pid}`);
  // A process that is stopped, or sleeps with its machine, renews nothing and is not gone.
  await utimes(path, ago(1e6), ago(1e6));
  await expect(claimPath(path)).rejects.toThrow(`process ${child.pid}`);
  child.kill("SIGKILL");
  await exit;
  await (await claimPath(path))();
});

test("a claim of another machine ends when it is not renewed, and one before this process began has ended", async () => {
  await (await claimPath(path))();
  await writeFile(path, holder("elsewhere", 1));
  await expect(claimPath(path)).rejects.toThrow("in use by process 1 on elsewhere");
  const earlier = ago(130_000);
  await utimes(path, earlier, earlier);
  await (await claimPath(path))();
  await writeFile(path, holder(thisMachine, process.pid));
  const beforeStart = ago(process.uptime() * 1000 + 5000);
  await utimes(path, beforeStart, beforeStart);
  await (await claimPath(path))();
});

test("a broken link and a folder block a claim like another claim, and are not followed", async () => {
  const elsewhere = join(folder, "elsewhere");
  const link = join(folder, ".link");
  await symlink(elsewhere, link);
  await expect(claimPath(link)).rejects.toThrow("in use by a program that does not name itself");
  const earlier = ago(130_000);
  await lutimes(link, earlier, earlier);
  await (await claimPath(link))();
  const below = join(folder, ".below");
  await mkdir(below);
  await utimes(below, earlier, earlier);
  await expect(claimPath(below)).rejects.toThrow(`${below}: found something that is not a file`);
  expect((await readdir(folder)).sort()).toEqual([".below"]);
});

test("a claim that is still being written holds, and the claim of another process is not released", async () => {
  const release = await claimPath(path);
  await writeFile(path, "");
  await expect(claimPath(path)).rejects.toThrow("in use by a program that does not name itself");
  await writeFile(path, holder("elsewhere", 1));
  await release();
  expect(await readFile(path, "utf8")).toBe(holder("elsewhere", 1));
});
