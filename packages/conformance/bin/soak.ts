import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Backend } from "@evenkeel/tensor";
import { fromData, mul } from "@evenkeel/tensor";
import { runWithKills } from "./kills/run-with-kills.ts";

const usage = `pnpm soak [--backend <name>] [--cycles <n>] | --kills <n> [--seed <n>]

Opens, uses and closes a device many times in one process, and fails where something stays behind.

  --backend   cpu or webgpu (webgpu)
  --cycles    how often (1000)

With --kills, runs of training are killed at random moments, also while they write checkpoints, and resumed; each must end with the
bits of a run that was never killed.

  --kills     how often in all
  --seed      of the moments (0)`;

const backends: { readonly [name: string]: () => Promise<Backend> } = {
  cpu: async () => (await import("@evenkeel/backend-cpu")).cpu({ threads: 2 }).open(),
  webgpu: async () => (await import("@evenkeel/backend-webgpu")).webgpu({ software: true }).open(),
};

/** Warm-up cycles, in which the caches of the engine and the driver fill up. */
const shareToWarmUp = 0.4;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The resources of this process after garbage collection. */
interface Possessions {
  /** Closed backends that have not been collected. */
  readonly backends: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** On Linux; 0 on other systems. */
  readonly openFiles: number;
  readonly threads: number;
}

/**
 * The allowed growth at the end, whatever the number of cycles: allocators keep their pools, and the software driver
 * a file or two of its compiler. In 1,000 cycles, a leak of 220 KiB per device is detected.
 */
const tolerated: Possessions = {
  backends: 0,
  residentBytes: 128 * 2 ** 20,
  heapBytes: 2 * 2 ** 20,
  openFiles: 4,
  threads: 2,
};

const opened: WeakRef<Backend>[] = [];

async function lookAround(): Promise<Possessions> {
  for (let round = 0; round < 4; round++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const { rss, heapUsed } = process.memoryUsage();
  const isLinux = existsSync("/proc/self/status");
  return {
    backends: opened.filter((backend) => backend.deref() !== undefined).length,
    residentBytes: rss,
    heapBytes: heapUsed,
    openFiles: isLinux ? readdirSync("/proc/self/fd").length : 0,
    threads: isLinux ? Number(/Threads:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))![1]) : 0,
  };
}

async function cycle(open: () => Promise<Backend>): Promise<void> {
  const backend = await open();
  opened.push(new WeakRef(backend));
  const x = fromData(Float32Array.of(1, 2, 3), { shape: [3], dtype: "f32" }, { backend });
  const y = mul(x, x);
  const [, four] = await y.data();
  if (four !== 4) throw new Error(`2 * 2: found ${four}, expected 4`);
  await backend.close();
}

function leaks(before: Possessions, after: Possessions): string[] {
  return (Object.keys(before) as (keyof Possessions)[]).flatMap((name) => {
    const grown = after[name] - before[name];
    return grown > tolerated[name] ? [`${name}: grew by ${grown}, expected at most ${tolerated[name]}`] : [];
  });
}

/** So many kills fit into one run. */
const killsOfRun = 20;

/** Kills and resumes as many runs as it takes. Returns the number of those that ended differently. */
async function killRuns(kills: number, seed: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-kills-"));
  try {
    const { result: expected } = await runWithKills(join(folder, "whole"), 0);
    let failures = 0;
    for (let done = 0; done < kills; done += killsOfRun) {
      const count = Math.min(killsOfRun, kills - done);
      const run = await runWithKills(join(folder, `${done}`), count, seed + done);
      const isSame = run.result === expected;
      if (!isSame) failures++;
      console.log(
        `${done + count} kills, ${run.killsInWrites} of the last ${count} while writing: ${isSame ? "the same bits" : "other bits"}`,
      );
    }
    return failures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      backend: { type: "string", default: "webgpu" },
      cycles: { type: "string", default: "1000" },
      kills: { type: "string" },
      seed: { type: "string", default: "0" },
      help: { type: "boolean", default: false },
    },
  });
  const [kills, seed] = [values.kills, values.seed].map(Number) as [number, number];
  if (
    values.kills !== undefined &&
    !values.help &&
    Number.isInteger(kills) &&
    kills > 0 &&
    Number.isInteger(seed)
  ) {
    return (await killRuns(kills, seed)) === 0 ? 0 : 1;
  }
  const [open, cycles] = [backends[values.backend], Number(values.cycles)];
  if (
    values.help ||
    values.kills !== undefined ||
    open === undefined ||
    !Number.isInteger(cycles) ||
    cycles < 5
  ) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const warmUp = Math.floor(cycles * shareToWarmUp);
  for (let count = 0; count < warmUp; count++) await cycle(open);
  const before = await lookAround();
  for (let count = warmUp; count < cycles; count++) await cycle(open);
  const after = await lookAround();
  const found = leaks(before, after);
  console.log(`${values.backend}, ${cycles} cycles: ${JSON.stringify({ before, after })}`);
  for (const leak of found) console.error(leak);
  return found.length === 0 ? 0 : 1;
}

process.exitCode = await main();
