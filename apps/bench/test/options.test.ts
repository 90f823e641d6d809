import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { help, parseOptions } from "../src/options.ts";
import { listPeers } from "../src/session/peers.ts";
import { suiteNames } from "../src/suites/names.ts";

describe("bench options", () => {
  it("default to every suite on one CPU thread, with the peers that are fast enough", () => {
    expect(parseOptions([])).toEqual({
      suites: suiteNames,
      backend: "cpu",
      threads: [1],
      peers: ["pytorch-cpu", "jax-js-wasm", "tfjs-wasm"],
      quick: false,
      asHardware: false,
    });
  });

  it("can be set", () => {
    const chosen = parseOptions([
      "matmul",
      "conv",
      "--threads",
      "1,2",
      "--peers",
      "pytorch-cpu,tfjs-cpu",
      "--case",
      "512",
      "--json",
      "a.json",
      "--html=a.html",
      "--quick",
      "--as-hardware",
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
      peers: listPeers("webgpu"),
    });
    expect(parseOptions(["report", "a.json", "b.json", "--markdown", "c.md"])).toEqual({
      inputs: ["a.json", "b.json"],
      markdown: "c.md",
    });
  });

  it("are all listed in the help, with every suite and peer", () => {
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
    for (const word of [...words, ...suiteNames, ...listPeers()]) expect(help).toContain(word);
  });

  it.each([
    [["batchnrom"], /suite: found "batchnrom", expected one of: batchnorm, matmul/],
    [["--backend", "cuda"], /--backend: found "cuda", expected one of: cpu, webgpu/],
    [["--threads", "0"], /--threads: found "0", expected integers from 1/],
    [["--threads", "two"], /--threads: found "two"/],
    [["--threads", "2,2"], /--threads: found "2,2"/],
    [["--threads", "2", "--backend", "webgpu"], /--threads: found "2" with --backend webgpu/],
    [["--peers", "keras"], /--peers: found "keras" for cpu, expected pytorch-cpu/],
    [["--peers", "tfjs-webgpu"], /--peers: found "tfjs-webgpu" for cpu, expected pytorch-cpu/],
    [["--fast"], /--fast.*--help/],
    [["--markdown", "a.md"], /--markdown: found with suites/],
    [["report"], /report: found no file/],
    [["report", "a.json", "--quick"], /--quick: found with report/],
  ])("rejects wrong options with an error that names the option: %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(ArgumentError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
