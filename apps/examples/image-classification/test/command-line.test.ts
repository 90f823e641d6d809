import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { help, parseOptions } from "../src/options.ts";

describe("options", () => {
  it("have defaults, and can be chosen", () => {
    expect(parseOptions([])).toMatchObject({
      dataset: "fashion-mnist",
      normalization: "both",
      epochs: 3,
      resume: false,
    });
    const chosen = parseOptions([
      "--model",
      "mlp",
      "--epochs=7",
      "--learning-rate",
      "0.5",
      "--resume",
      "--out",
      "x",
    ]);
    expect(chosen).toMatchObject({ model: "mlp", epochs: 7, learningRate: 0.5, resume: true, out: "x" });
  });

  it("are all listed in the help", () => {
    expect(parseOptions(["--help"])).toBeUndefined();
    for (const option of Object.keys(parseOptions([])!)) {
      expect(help).toContain(`--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    }
  });

  it.each([
    [["--epochs", "0"], /--epochs: found "0", expected a whole number of at least 1/],
    [["--epochs", ""], /--epochs: found ""/],
    [["--epochs", "1.5"], /--epochs: found "1.5"/],
    [["--seed", "4294967296"], /--seed: found "4294967296", expected a whole number from 0 to 4294967295/],
    [["--threads", "5000"], /--threads: found "5000"/],
    [["--learning-rate=-1"], /--learning-rate: found "-1", expected a positive number/],
    [["--dataset", "cifar"], /--dataset: found "cifar", expected fashion-mnist, mnist, synthetic/],
    [["--backend", "cuda"], /--backend: found "cuda"/],
    [["--colour"], /--colour.*--help lists the options/s],
    [["extra"], /extra/],
  ])("%j is refused by name", (args, message) => {
    expect(() => parseOptions(args)).toThrow(ArgumentError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
