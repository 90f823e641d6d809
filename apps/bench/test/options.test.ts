import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { help, parseOptions } from "../src/options.ts";
import { peerNames } from "../src/session/peers.ts";
import { suiteNames } from "../src/suites/names.ts";

describe("options", () => {
  it("default to every suite on one thread of the CPU, beside the peers that a run can wait for", () => {
    expect(parseOptions([])).toEqual({
      suites: suiteNames,
      backend: "cpu",
      threads: [1],
      peers: ["pytorch-cpu", "jax-js-wasm", "tfjs-wasm"],
      quick: false,
      asHardware: false,
    });
  });

  it("can be chosen", () => {
    const chosen = parseOptions([
      ...["matmul", "conv", "--threads", "1,2", "--peers", "pytorch-cpu,tfjs-cpu"],
      ...["--case", "512", "--json", "a.json", "--html=a.html", "--quick", "--as-hardware"],
    ]);
    expect(chosen).toEqual({
      suites: ["matmul", "conv"],
      backend: "cpu",
      threads: [1, 2],
      peers: ["pytorch-cpu", "tfjs-cpu"],
      case: "512",
      json: "a.json",
      html: "a.html",
      quick: true,
      asHardware: true,
    });
    expect(parseOptions(["--peers", "none"])).toMatchObject({ peers: [] });
    expect(parseOptions(["--backend", "webgpu", "--peers", "all"])).toMatchObject({
      peers: peerNames("webgpu"),
    });
    expect(parseOptions(["report", "a.json", "b.json", "--markdown", "c.md"])).toEqual({
      inputs: ["a.json", "b.json"],
      markdown: "c.md",
    });
  });

  it("are all told by the help, with every suite and peer", () => {
    expect(parseOptions(["--help"])).toBeUndefined();
    const words = [
      "--backend",
      "--threads",
      "--peers",
      "--case",
      "--json",
      "--html",
      "--quick",
      "--markdown",
    ];
    for (const word of [...words, ...suiteNames, ...peerNames()]) expect(help).toContain(word);
  });

  it.each([
    [["batchnrom"], /suite: found "batchnrom", expected batchnorm, matmul/],
    [["--backend", "cuda"], /--backend: found "cuda", expected cpu, webgpu/],
    [["--threads", "0"], /--threads: found "0", expected a whole number/],
    [["--threads", "two"], /--threads: found "two"/],
    [["--threads", "2,2"], /--threads: found "2,2"/],
    [["--threads", "2", "--backend", "webgpu"], /--threads: found "2" for webgpu/],
    [["--peers", "keras"], /--peers: found "keras", expected of pytorch-cpu/],
    [["--peers", "tfjs-webgpu"], /--peers: found "tfjs-webgpu", expected of pytorch-cpu.* for cpu/],
    [["--fast"], /--fast.*--help/],
    [["--markdown", "a.md"], /--markdown: found it beside suites/],
    [["report"], /report: found no file/],
    [["report", "a.json", "--quick"], /--quick: found it beside report/],
  ])("that are wrong are refused by name: %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(ArgumentError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
