import type { AttemptCompilation } from "./compile.ts";
import { optimizer } from "./compile.ts";

/** Compiles the module that comes in as `compileOptimized` does. The argument says whether its memory is shared. */
const program: string = `
const { setFlagsFromString } = require("node:v8");
const module = new WebAssembly.Module(require("node:fs").readFileSync(0));
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: process.argv[1] === "true" });
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
setFlagsFromString("--allow-natives-syntax");
setFlagsFromString("--experimental-wasm-revectorize");
const optimize = new Function("return " + process.argv[2])();
for (const name of Object.keys(exports)) if (/^\\d+$/.test(name)) optimize(exports[name]);
`;

/** The time for a process to start and to compile, in milliseconds. */
const longestTrial = 20_000;

/** Compiles wide modules in a process of its own first, so that an engine that crashes takes down that one and not the user's. */
export const makeTrial =
  ({ spawnSync }: Pick<typeof import("node:child_process"), "spawnSync">): AttemptCompilation =>
  (code, isShared) => {
    const { status } = spawnSync(process.execPath, ["--eval", program, "--", String(isShared), optimizer], {
      input: code,
      env: { ...process.env, NODE_OPTIONS: "" },
      timeout: longestTrial,
      stdio: ["pipe", "ignore", "ignore"],
    });
    return status === 0;
  };
