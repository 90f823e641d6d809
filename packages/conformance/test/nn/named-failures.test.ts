import { lenet, mlp, resnet20 } from "@evenkeel/models";
import {
  BasicBlock,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  evaluate,
  Flatten,
  fit,
  Linear,
  MaxPool2d,
  Module,
  mse,
  ReLU,
  Sequential,
  SGD,
  withNames,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  DisposedError,
  DTypeError,
  ones,
  ShapeError,
  scope,
  zeros,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

function catchFailure(run: () => unknown): Error {
  try {
    scope(run);
  } catch (error) {
    return error as Error;
  }
  throw new Error("found no failure");
}

/** A user-defined layer that fails in an operation. */
class Shift extends Module {
  forward(x: Tensor): Tensor {
    return add(x, zeros([7]));
  }
}

class Net extends Module {
  readonly features: Sequential = new Sequential(new Flatten(), new Linear(12, 100), new ReLU());
  readonly classifier: Module;
  constructor(classifier: Module) {
    super();
    this.classifier = classifier;
  }
  forward(x: Tensor): Tensor {
    return withNames(this, () => this.classifier.forward(this.features.forward(x)));
  }
}

describe("an error names the layer", () => {
  test.each<[string, () => unknown, string]>([
    [
      "alone",
      () => new Linear(100, 10).forward(ones([2, 144])),
      "Linear 100 -> 10: found [2, 144], expected [..., 100]",
    ],
    [
      "in a sequence",
      () => new Sequential(new Flatten(), new Linear(100, 10), new ReLU()).forward(ones([2, 12, 12])),
      "1 (Linear 100 -> 10): found [2, 144], expected [..., 100]",
    ],
    [
      "in a sequence of sequences",
      () =>
        new Sequential(new ReLU(), new Sequential(new Linear(3, 2), new Linear(3, 2))).forward(ones([1, 3])),
      "1.1 (Linear 3 -> 2): found [1, 2], expected [..., 3]",
    ],
    [
      "in a model of one's own",
      () => new Net(new Sequential(new ReLU(), new Linear(99, 10))).forward(ones([2, 12])),
      "classifier.1 (Linear 99 -> 10): found [2, 100], expected [..., 99]",
    ],
    [
      "that is one's own",
      () => new Sequential(new Linear(3, 2), new Shift()).forward(ones([1, 3])),
      "1 (Shift): add: shapes [1, 2] and [7] do not",
    ],
    [
      "in a shipped model",
      () => mlp({ inputs: 4, hidden: [3] }).forward(ones([2, 5])),
      "1 (Linear 4 -> 3): found [2, 5], expected [..., 4]",
    ],
    [
      "in a model of two parts",
      () => lenet().forward(ones([2, 1, 32, 32])),
      "classifier.0 (Linear 400 -> 120): found [2, 576], expected [..., 400]",
    ],
    [
      "a fused convolution",
      () => resnet20().forward(ones([2, 1, 32, 32])),
      "conv1 (Conv2d 3 -> 16, 3x3, stride 1, padding 1): found [2, 1, 32, 32], expected [n, 3, h, w]",
    ],
    [
      "in a block",
      () => new Sequential(new BasicBlock(2, 4, { stride: 2 })).forward(ones([2, 3, 8, 8])),
      "0.conv1 (Conv2d 2 -> 4, 3x3, stride 2, padding 1): found [2, 3, 8, 8], expected [n, 2, h, w]",
    ],
    [
      "a batch norm of other channels",
      () => new Sequential(new Conv2d(3, 5, 3), new BatchNorm2d(4)).forward(ones([2, 3, 8, 8])),
      "1 (BatchNorm2d 4): found [2, 5, 6, 6], expected 4 channels",
    ],
    [
      "a window that does not fit",
      () => new Sequential(new MaxPool2d(3)).forward(ones([2, 3, 2, 2])),
      "0 (MaxPool2d 3x3): maxPool2d: x: found shape [2, 3, 2, 2], expected room for a window",
    ],
  ])("%s", (_name, run, message) => {
    const error = catchFailure(run);
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message.slice(0, message.length)).toBe(message);
    expect(error.stack).toContain(`ShapeError: ${error.message}`);
  });

  test("in fit and evaluate, whatever the model", async () => {
    class Plain extends Module {
      readonly hidden: Linear = new Linear(4, 3);
      readonly parts: { readonly last: Linear } = { last: new Linear(5, 1) };
      forward(x: Tensor): Tensor {
        return this.parts.last.forward(this.hidden.forward(x));
      }
    }
    const model = new Plain();
    const data = () => [{ inputs: ones([2, 4]), labels: ones([2, 1]) }];
    const message = "parts.last (Linear 5 -> 1): found [2, 3], expected [..., 5]";
    const optimizer = new SGD(model, { learningRate: 0.1 });
    await expect(fit(model, { data, loss: mse, optimizer, epochs: 1 })).rejects.toThrow(message);
    await expect(evaluate(model, { data, loss: mse })).rejects.toThrow(message);
  });

  test("with the class of the original error", () => {
    const x = ones([1, 3]);
    x.dispose();
    expect(catchFailure(() => new Sequential(new ReLU()).forward(x))).toBeInstanceOf(DisposedError);
    const drop = catchFailure(() => new Sequential(new Dropout(0.5)).forward(ones([2], { dtype: "i32" })));
    expect(drop).toBeInstanceOf(DTypeError);
    expect(drop.message).toBe("0 (Dropout 0.5): found i32 [2], expected a float dtype");
  });

  test("but the program's own errors are not changed", () => {
    class Failing extends Module {
      forward(): Tensor {
        throw new RangeError("mine");
      }
    }
    expect(catchFailure(() => new Sequential(new Failing()).forward(ones([1]))).message).toBe("mine");
  });
});

describe("a value that is not a tensor", () => {
  test.each<[string, Module, unknown, string]>([
    ["an array", new ReLU(), [1, 2], "ReLU: found [1, 2], expected a tensor"],
    ["a promise", new Flatten(), Promise.resolve(1), "Flatten: found a Promise, expected a tensor"],
    [
      "a typed array",
      new Sequential(new Dropout()),
      Float32Array.of(1),
      "0 (Dropout 0.5): found a Float32Array",
    ],
    ["nothing", new Sequential(new ReLU()), undefined, "0 (ReLU): found undefined, expected a tensor"],
  ])("is refused by a layer: %s", (_name, layer, x, message) => {
    const error = catchFailure(() => layer.forward(x as Tensor));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain(message);
  });

  test("is rejected by layers with parameters", () => {
    const layers = [new Linear(1, 1), new Conv2d(1, 1, 1), new BatchNorm1d(1), new Embedding(1, 1)];
    for (const layer of layers) {
      expect(catchFailure(() => layer.forward([1] as never)).message).toMatch(
        /: found \[1\], expected a tensor$/,
      );
    }
  });
});

test("the error for one value per channel in training suggests a remedy", () => {
  for (const run of [
    () => new BatchNorm1d(3).forward(ones([1, 3])),
    () => new Sequential(new Conv2d(1, 3, 2), new BatchNorm2d(3)).forward(ones([1, 1, 2, 2])),
  ]) {
    expect(catchFailure(run).message).toMatch(
      /\(?BatchNorm[12]d 3\)?: .*found \[1, 3(, 1, 1)?\], expected more than 1 value per channel when training: .*dropLast.*eval\(\)/,
    );
  }
});
