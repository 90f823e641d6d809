/** A flag of V8, by which value it compiles wide modules, and its value if nobody has set it. */
interface EngineFlag {
  readonly name: string;
  readonly wide: boolean;
  readonly usual: boolean;
}

/**
 * With these the engine optimizes a module as it compiles it. Deoptimization, which V8 has since version 14, relies on code that ran before it was
 * optimized: without such code the engine crashes. Another remedy, to switch inlining off, is none: other modules crash, whose code on other threads
 * relies on what the engine collects for inlining.
 */
const optimizingFlags: readonly EngineFlag[] = [
  { name: "liftoff", wide: false, usual: true },
  { name: "wasm-lazy-compilation", wide: false, usual: true },
  {
    name: "wasm-deopt",
    wide: false,
    get usual() {
      return Number.parseInt(process.versions.v8, 10) >= 14;
    },
  },
];

/** Only optimized code has joined vectors. */
const wideFlags: readonly EngineFlag[] = [
  { name: "experimental-wasm-revectorize", wide: true, usual: false },
  ...optimizingFlags,
];

/** Sets flags of the engine, as `setFlagsFromString` of `node:v8`. */
export type SetFlags = (flags: string) => void;

/** A flag as V8 reads it: one that is false has the prefix `no-`. */
const formatFlag = (name: string, value: boolean): string => `--${value ? "" : "no-"}${name}`;

/** The flags under which wide modules are compiled. */
export const listWideFlags = (): string[] => wideFlags.map(({ name, wide }) => formatFlag(name, wide));

/** The arguments and options with which this process was started. */
const listArguments = (): string[] => [...(process.env.NODE_OPTIONS ?? "").split(/\s+/), ...process.execArgv];

/** The value that the process was started with. The engine takes underscores for hyphens, and `no` with and without one. */
function findUsual({ name, usual }: EngineFlag, given: readonly string[]): boolean {
  const forms = given.map((text) => text.replaceAll("_", "-"));
  const last = forms.findLast((text) => [`--${name}`, `--no-${name}`, `--no${name}`].includes(text));
  return last === undefined ? usual : last === `--${name}`;
}

function withFlags<Result>(
  flags: readonly EngineFlag[],
  setFlags: SetFlags,
  run: () => Result,
  given: readonly string[],
): Result {
  try {
    for (const { name, wide } of flags) setFlags(formatFlag(name, wide));
    return run();
  } finally {
    for (const flag of flags) setFlags(formatFlag(flag.name, findUsual(flag, given)));
  }
}

/** Runs a function that compiles a module with joined vectors. Restores the flags of the engine, also if the function throws. */
export const withWideFlags = <Result>(
  setFlags: SetFlags,
  compile: () => Result,
  given: readonly string[] = listArguments(),
): Result => withFlags(wideFlags, setFlags, compile, given);

/** The same for a module that is optimized, and whose vectors are not joined. */
export const withOptimizingFlags = <Result>(setFlags: SetFlags, compile: () => Result): Result =>
  withFlags(optimizingFlags, setFlags, compile, listArguments());
