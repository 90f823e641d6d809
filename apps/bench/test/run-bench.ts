import { execFile } from "node:child_process";
import { resolve } from "node:path";

const main = resolve(import.meta.dirname, "../src/main.ts");

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs the program with these arguments and, where some are given, changed variables of the environment. */
export function benchWith(variables: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
  const env = { ...process.env, ...variables };
  return new Promise((done) => {
    execFile(
      process.execPath,
      ["--conditions=@evenkeel/source", main, ...args],
      { env },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

export const bench = (...args: string[]): Promise<Outcome> => benchWith({}, ...args);
