import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { parseCommand } from "../src/command-line.ts";
import { experiments } from "../src/experiments/index.ts";

const parse = (...args: string[]) => parseCommand(args, experiments);

describe("the command line", () => {
  it("reads experiments in any case, each once, and their options", () => {
    expect(parse("run", "e3", "E3", "--quick", "--seeds", "4", "--out", "x")).toEqual({
      verb: "run",
      ids: ["E3"],
      quick: true,
      seeds: 4,
      backend: "cpu",
      resume: false,
      processes: undefined,
      out: "x",
      record: undefined,
    });
    expect(parse("run", "all")).toMatchObject({ ids: experiments.map(({ id }) => id), out: "runs/evidence" });
    expect(parse("list")).toEqual({ verb: "list" });
    expect(parse("report", "--out", "x")).toEqual({ verb: "report", results: undefined, out: "x" });
    for (const args of [[], ["run", "--help"], ["-h"]]) expect(parse(...args)).toEqual({ verb: "help" });
  });

  it.each([
    [["walk"], "found walk, expected list, run or report"],
    [["run"], "run: found no experiment, expected all, or some of E1"],
    [["run", "E99"], "run: found E99, expected all, or some of E1"],
    [["run", "E3", "--seeds", "0"], "--seeds: found 0, expected a whole number of at least 1"],
    [["run", "E3", "--processes", "x"], "--processes: found x"],
    [["run", "E3", "--backend", "cuda"], "--backend: found cuda, expected cpu or webgpu"],
    [["run", "E3", "--out", ""], '--out: found "", expected a folder'],
    [["run", "E3", "--fast"], "--fast"],
    [["list", "E3"], "E3"],
    [["report", "--quick"], "--quick"],
  ])("refuses %j", (args, message) => {
    expect(() => parse(...args)).toThrow(ArgumentError);
    expect(() => parse(...args)).toThrow(message);
  });
});
