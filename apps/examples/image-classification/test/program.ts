import { spawn } from "node:child_process";

const main = new URL("../src/main.ts", import.meta.url).pathname;

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface ProgramOptions {
  /** The working directory. */
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Modules that are loaded before the program. */
  readonly preload?: readonly string[];
  /** Called once, when the output contains a text. */
  readonly at?: readonly [text: string, action: (child: Child) => void];
}

export type Child = ReturnType<typeof spawn>;

/** Runs the program as a user does. */
export function runProgram(
  args: readonly string[],
  { folder, env = {}, preload = [], at }: ProgramOptions,
): Promise<Ending> {
  const imports = preload.map((module) => `--import=${module}`);
  const child = spawn(process.execPath, ["--conditions=@evenkeel/source", ...imports, main, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  let output = "";
  let hasActed = false;
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    if (at === undefined || hasActed || !output.includes(at[0])) return;
    hasActed = true;
    at[1](child);
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, output }));
  });
}
