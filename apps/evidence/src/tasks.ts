import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import type { Trial, TrialSetting } from "./experiment.ts";

const examples = join(import.meta.dirname, "..", "..", "examples");

interface Summary<Arm> {
  readonly arms: readonly [Arm & { readonly processorSeconds: number }];
}

/**
 * Trains the network of a trial with an example task, on one thread of the CPU, and returns what its `summary.json` says of it. A training
 * that was interrupted in the folder goes on. Throws DataError if the program fails.
 */
export async function trainTask<Arm>(
  task: "object-detection" | "translation",
  { seed, setting: { arm } }: Trial,
  scale: readonly string[],
  { folder, signal }: Pick<TrialSetting, "folder" | "signal">,
): Promise<Arm & { readonly processorSeconds: number }> {
  const program = join(examples, task, "src", "main.ts");
  const begun = existsSync(join(folder, "options.json"));
  const options = ["--normalization", String(arm), "--seed", String(seed), ...scale, "--backend", "cpu"];
  const args = begun ? ["--resume"] : options;
  const child = spawn(
    process.execPath,
    ["--conditions=@evenkeel/source", program, "train", ...args, "--threads", "1", "--out", folder],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const end = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", end);
  let errors = "";
  child.stderr.on("data", (text) => {
    // Progress stands there too; the end tells why it failed.
    errors = (errors + String(text)).slice(-1000);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  if (code !== 0) throw new DataError(`${task}: the program ended with code ${code}: ${errors.trim()}`);
  const { arms } = JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as Summary<Arm>;
  return arms[0];
}
