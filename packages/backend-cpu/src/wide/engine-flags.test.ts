import { describe, expect, it } from "vitest";
import { listWideFlags, withOptimizingFlags, withWideFlags } from "./engine-flags.ts";

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

  /** The flags by which wide modules are compiled, as they are set. */
  list(): string[] {
    return [...this.values].map(([name, value]) => `--${value ? "" : "no-"}${name}`).sort();
  }
}

const usual = [
  "--liftoff",
  "--no-experimental-wasm-revectorize",
  Number.parseInt(process.versions.v8, 10) < 14 ? "--no-wasm-deopt" : "--wasm-deopt",
  "--wasm-lazy-compilation",
].sort();

describe("the flags of the engine", () => {
  it("are set while a wide module is compiled, and then have their usual values", () => {
    const engine = new Engine();
    expect(withWideFlags(engine.setFlags, () => engine.list(), [])).toEqual(listWideFlags().sort());
    expect(engine.list()).toEqual(usual);
  });

  it("do not join vectors while a module is only optimized", () => {
    const engine = new Engine();
    const during = withOptimizingFlags(engine.setFlags, () => engine.list());
    expect(during).toEqual(["--no-liftoff", "--no-wasm-deopt", "--no-wasm-lazy-compilation"]);
  });

  it("are restored if the compilation fails", () => {
    const engine = new Engine();
    const fail = (): never => {
      throw new Error("bad bytes");
    };
    expect(() => withWideFlags(engine.setFlags, fail, [])).toThrow("bad bytes");
    expect(engine.list()).toEqual(usual);
  });

  it.each(listWideFlags())("are restored if the engine rejects %s", (flag) => {
    const engine = new Engine();
    engine.broken = flag;
    expect(() => withWideFlags(engine.setFlags, () => expect.fail("must not run"), [])).toThrow(
      "no such flag",
    );
    expect(engine.list()).toEqual(usual);
  });

  it("are restored to what the process was started with", () => {
    const engine = new Engine();
    const given = [
      "--liftoff",
      "--no_liftoff",
      "--experimental-wasm-revectorize",
      "--nowasm-lazy-compilation",
      "--wasm-deopt",
    ];
    withWideFlags(engine.setFlags, () => undefined, given);
    expect(engine.list()).toEqual([
      "--experimental-wasm-revectorize",
      "--no-liftoff",
      "--no-wasm-lazy-compilation",
      "--wasm-deopt",
    ]);
  });
});
