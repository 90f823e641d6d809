import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";

const examples = join(import.meta.dirname, "..", "..", "examples");

/**
 * Trains an example task on one thread of the CPU, and returns its `summary.json`. A training that was interrupted in the folder goes on.
 * Throws DataError if the program fails.
 */
export async function trainTask<Summary>(
  task: "object-detection" | "translation",
  options: readonly string[],
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<Summary> {
  const program = join(examples, task, "src", "main.ts");
  const begun = existsSync(join(folder, "options.json"));
  const args = begun ? ["--resume"] : [...options, "--backend", "cpu"];
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
  return JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as Summary;
}
