import { listWideFlags } from "./engine-flags.ts";

/** Compiles the module that comes in, with the flags that are its arguments. */
const program: string = `
const { setFlagsFromString } = require("node:v8");
for (const flag of process.argv.slice(1)) setFlagsFromString(flag);
new WebAssembly.Module(require("node:fs").readFileSync(0));
`;

/** The time for a process to start and to compile, in milliseconds. */
const longestTrial = 20_000;

/** Whether a module can be compiled. */
export type AttemptCompilation = (code: Uint8Array) => boolean;

/** Compiles wide modules in a process of its own first, so that an engine that crashes takes down that one and not the user's. */
export const makeTrial =
  ({ spawnSync }: Pick<typeof import("node:child_process"), "spawnSync">): AttemptCompilation =>
  (code) => {
    const env = { ...process.env, NODE_OPTIONS: "" };
    const args = ["--eval", program, "--", ...listWideFlags()];
    const { status } = spawnSync(process.execPath, args, {
      input: code,
      env,
      timeout: longestTrial,
      stdio: ["pipe", "ignore", "ignore"],
    });
    return status === 0;
  };
