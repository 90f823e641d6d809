import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { threefry } from "@evenkeel/tensor";

const program = fileURLToPath(new URL("program.ts", import.meta.url));

/** What became of a run. */
export interface KilledRun {
  /** What it has come to, as JSON text. */
  readonly result: string;
  /** How often it was killed, and how often of these while it wrote a checkpoint. */
  readonly kills: number;
  readonly killsInWrites: number;
}

/** When a process is killed: after some steps or, more precisely, in a write. */
interface Plan {
  readonly line: "step" | "saving";
  /** The number of such lines before it. */
  readonly count: number;
  readonly milliseconds: number;
}

/**
 * Runs the program in `folder` to its end, killed (SIGKILL) so many times at moments that follow from the seed, every second time in
 * the write of a checkpoint. Throws where a process fails, or where the run ends before it was killed as often.
 */
export async function runWithKills(folder: string, kills: number, seed = 0): Promise<KilledRun> {
  let killsInWrites = 0;
  for (let kill = 0; kill < kills; kill++) {
    const draw = (place: number): number => threefry(seed, kill, place) / 2 ** 32;
    const isInWrite = kill % 2 === 0;
    const plan: Plan = {
      line: isInWrite ? "saving" : "step",
      count: Math.floor(draw(0) * (isInWrite ? 3 : 4)),
      milliseconds: Math.floor(draw(1) * (isInWrite ? 2 : 8)),
    };
    const { signal, isWriting } = await start(folder, plan);
    if (signal === null) throw new Error(`the run ended before kill ${kill + 1} of ${kills}`);
    if (isWriting) killsInWrites++;
  }
  await start(folder, undefined);
  const left = (await readdir(folder)).filter((name) => name.endsWith(".partial"));
  if (left.length > 0) throw new Error(`found ${left.join(", ")}, expected no parts of files`);
  return { result: await readFile(join(folder, "result.json"), "utf8"), kills, killsInWrites };
}

/** Starts the program, and resolves when it has ended: with the signal that killed it, or null. */
async function start(
  folder: string,
  plan: Plan | undefined,
): Promise<{ readonly signal: string | null; readonly isWriting: boolean }> {
  const child = spawn(process.execPath, ["--conditions=@evenkeel/source", program, folder], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      NODE_COMPILE_CACHE: join(tmpdir(), "evenkeel-compiled-modules"),
      ...process.env,
    },
  });
  let isWriting = false;
  let left = plan?.count ?? 0;
  createInterface({ input: child.stdout }).on("line", async (line) => {
    if (line !== "step") isWriting = line === "saving";
    if (plan === undefined || line !== plan.line || left-- !== 0) return;
    if (plan.milliseconds > 0) await setTimeout(plan.milliseconds);
    child.kill("SIGKILL");
  });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code !== null && code !== 0) reject(new Error(`the run failed with code ${code}: ${errors}`));
      else resolve({ signal, isWriting });
    });
  });
}
