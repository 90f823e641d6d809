import { describe, expect, it } from "vitest";
import type { EngineFlag } from "./engine-flags.ts";
import { withEngineFlags } from "./engine-flags.ts";

const flags: readonly EngineFlag[] = ["experimental-wasm-revectorize", "allow-natives-syntax"];
const usual = ["--no-allow-natives-syntax", "--no-experimental-wasm-revectorize"];

/** The flags of an engine, by name. */
class Engine {
  readonly values = new Map<string, boolean>();
  /** The first attempt to set this flag throws. */
  broken: string | undefined;

  setFlags = (flag: string): void => {
    if (flag === this.broken) {
      this.broken = undefined;
      throw new Error("no such flag");
    }
    const isFalse = flag.startsWith("--no-");
    this.values.set(flag.slice(isFalse ? 5 : 2), !isFalse);
  };

  list(): string[] {
    return [...this.values].map(([name, value]) => `--${value ? "" : "no-"}${name}`).sort();
  }
}

describe("the flags of the engine", () => {
  it("are on while the function runs, and then off", () => {
    const engine = new Engine();
    const during = withEngineFlags(engine.setFlags, flags, () => engine.list(), []);
    expect(during).toEqual(["--allow-natives-syntax", "--experimental-wasm-revectorize"]);
    expect(engine.list()).toEqual(usual);
  });

  it("are restored if the function throws", () => {
    const engine = new Engine();
    const fail = (): never => {
      throw new Error("bad bytes");
    };
    expect(() => withEngineFlags(engine.setFlags, flags, fail, [])).toThrow("bad bytes");
    expect(engine.list()).toEqual(usual);
  });

  it.each(flags)("are restored if the engine rejects %s", (flag) => {
    const engine = new Engine();
    engine.broken = `--${flag}`;
    const run = (): never => expect.fail("must not run");
    expect(() => withEngineFlags(engine.setFlags, flags, run, [])).toThrow("no such flag");
    expect(engine.list()).toEqual(usual);
  });

  it.each([
    [["--allow_natives_syntax"], "--allow-natives-syntax"],
    [["--allow-natives-syntax", "--no-allow-natives-syntax"], "--no-allow-natives-syntax"],
    [["--noallow-natives-syntax", "--allow-natives-syntax"], "--allow-natives-syntax"],
    [["--allow-natives-syntax-of-others"], "--no-allow-natives-syntax"],
  ])("are restored to what the process was started with, %j", (given, expected) => {
    const engine = new Engine();
    withEngineFlags(engine.setFlags, flags, () => undefined, given);
    expect(engine.list()).toContain(expected);
  });
});
