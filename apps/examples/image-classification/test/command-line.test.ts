import { listNames, parseCommand as parse } from "@evenkeel/example-task";
import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { imageClassification } from "../src/image-classification.ts";
import { settings } from "../src/options.ts";

const { help } = imageClassification;
const parseCommand = (args: readonly string[]) => parse(imageClassification, args);

describe("the command line", () => {
  it("has defaults, and accepts other values", () => {
    const initial = parseCommand([])!;
    expect(initial).toMatchObject({ out: undefined, resume: false, given: new Set() });
    expect(initial.options).toMatchObject({ dataset: "fashion-mnist", normalization: "both", epochs: 3 });
    const chosen = parseCommand(["--model", "mlp", "--epochs=7", "--learning-rate", "0.5", "--out", "x"])!;
    expect(chosen.options).toMatchObject({ model: "mlp", epochs: 7, learningRate: 0.5 });
    expect(chosen).toMatchObject({ out: "x", given: new Set(["model", "epochs", "learningRate"]) });
  });

  it.each([["--help"], ["-h"], ["--epochs", "x", "-h"]])("%s asks for help", (...args) => {
    expect(parseCommand(args)).toBeUndefined();
  });

  it("is described in the help: every flag, its default, and every choice", () => {
    const lines = help.split("\n");
    for (const name of listNames(settings)) {
      const { flag, defaultValue, expected } = settings[name];
      const line = lines.find((text) => text.startsWith(`  --${flag} `));
      expect(line, flag).toContain(`(${defaultValue}`);
      if (typeof defaultValue === "string") expect(line).toContain(expected.replaceAll(", ", " | "));
    }
    for (const flag of ["--out", "--record", "--resume", "--quick", "--help"]) expect(help).toContain(flag);
  });

  it("has the recipe of ImageNet in the help as a command that it accepts", () => {
    const [, recipe] = /npm start -- (--dataset folder [\s\S]*?)\n\n/.exec(help)!;
    expect(parseCommand(recipe!.trim().split(/\s+/))!.options).toMatchObject({
      ...{ dataset: "folder", model: "resnet50", augment: "crop-flip", epochs: 90, warmUp: 5, size: 224 },
      ...{ batchSize: 256, learningRate: 0.1, weightDecay: 1e-4, labelSmoothing: 0.1 },
    });
  });

  it.each([
    [["--epochs", "0"], '--epochs: found "0", expected a whole number of at least 1'],
    [["--epochs", "-1"], '--epochs: found "-1", expected a whole number of at least 1'],
    [["--epochs", ""], '--epochs: found "", expected a whole number of at least 1'],
    [["--epochs", "1.5"], '--epochs: found "1.5", expected a whole number of at least 1'],
    [["--epochs"], "--epochs: found no value, expected one"],
    [["--epochs", "--resume"], '--epochs: found "--resume", expected a whole number of at least 1'],
    [["--epochs", "1", "--epochs=2"], "--epochs: found twice, expected once"],
    [["--seed", "4294967296"], '--seed: found "4294967296", expected a whole number from 0 to 4294967295'],
    [["--threads", "5000"], '--threads: found "5000", expected a whole number from 0 to 256'],
    [["--learning-rate", "-0.1"], '--learning-rate: found "-0.1", expected a positive number'],
    [["--learning-rate=Infinity"], '--learning-rate: found "Infinity", expected a positive number'],
    [
      ["--dataset", "cifar"],
      '--dataset: found "cifar", expected fashion-mnist, mnist, cifar10, cifar10-subset, folder, synthetic',
    ],
    [["--folder", " "], '--folder: found " ", expected a folder'],
    [["--label-smoothing", "1"], '--label-smoothing: found "1", expected a number from 0 to 1, without 1'],
    [["--backend", "cuda"], '--backend: found "cuda", expected auto, cpu, webgpu'],
    [["--resume=yes"], "--resume: found yes, expected no value"],
    [["--out", ""], '--out: found "", expected a folder'],
    [["--out", "--resume"], '--out: found "--resume", expected a folder'],
    [["--colour"], /found --colour, expected one of --dataset, .*--resume, --quick \(--help explains them\)/],
    [["-x"], /found -x, expected one of/],
    [["extra"], "found extra, expected train, evaluate or predict"],
    [["train", "extra"], "found extra, expected options only"],
    [["--", "--epochs"], "found --epochs, expected options only"],
  ])("%j is refused in one line", (args, message) => {
    expect(() => parseCommand(args)).toThrow(ArgumentError);
    expect(() => parseCommand(args)).toThrow(message);
    expect(() => parseCommand(args)).toThrow(/^[^\n]*$/);
  });
});
