/** Sets flags of the engine, as `setFlagsFromString` of `node:v8`. */
export type SetFlags = (flags: string) => void;

/** Flags of V8, which are off if nobody has set them: joining pairs of vectors, and calling functions of the engine by names with a `%`. */
export type EngineFlag = "experimental-wasm-revectorize" | "allow-natives-syntax";

/** The arguments and options with which this process was started. */
const listArguments = (): string[] => [...(process.env.NODE_OPTIONS ?? "").split(/\s+/), ...process.execArgv];

/** The flag as this process was started with it. The engine takes underscores for hyphens, and `no` with and without one. */
function findUsual(flag: EngineFlag, given: readonly string[]): string {
  const forms = given.map((text) => text.replaceAll("_", "-"));
  const last = forms.findLast((text) => [`--${flag}`, `--no-${flag}`, `--no${flag}`].includes(text));
  return last === `--${flag}` ? last : `--no-${flag}`;
}

/** Runs a function while flags of the engine are on, and restores them, also if the function or the engine throws. */
export function withEngineFlags<Result>(
  setFlags: SetFlags,
  flags: readonly EngineFlag[],
  run: () => Result,
  given: readonly string[] = listArguments(),
): Result {
  try {
    for (const flag of flags) setFlags(`--${flag}`);
    return run();
  } finally {
    for (const flag of flags) setFlags(findUsual(flag, given));
  }
}
