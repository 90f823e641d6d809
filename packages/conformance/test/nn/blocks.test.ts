import {
  BasicBlock,
  Bottleneck,
  Conv2dNormActivation,
  DepthwiseSeparableConv2d,
  foldBatchNorm,
  Hardswish,
  InvertedResidual,
  type Module,
  onForward,
  SqueezedInvertedResidual,
  SqueezeExcitation,
} from "@evenkeel/nn";
import { ArgumentError, normal, relu, ShapeError, type Tensor } from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

async function expectSame(found: Tensor, expected: Tensor): Promise<void> {
  expect(found.shape).toEqual(expected.shape);
  const wanted = await expected.data();
  for (const [index, value] of (await found.data()).entries())
    expect(value).toBeCloseTo(Number(wanted[index]), 4);
}

const blocks: readonly (readonly [name: string, make: () => Module])[] = [
  ["Bottleneck", () => new Bottleneck(8, 8, { seed: 1 })],
  ["Bottleneck with a projection", () => new Bottleneck(8, 12, { stride: 2, seed: 1 })],
  ["InvertedResidual", () => new InvertedResidual(8, 8, { seed: 1 })],
  ["InvertedResidual of another shape", () => new InvertedResidual(8, 12, { stride: 2, seed: 1 })],
  [
    "SqueezedInvertedResidual",
    () =>
      new SqueezedInvertedResidual(8, 8, {
        hidden: 16,
        squeeze: 4,
        activation: () => new Hardswish(),
        seed: 1,
      }),
  ],
  ["SqueezedInvertedResidual without an expansion", () => new SqueezedInvertedResidual(8, 8, { seed: 1 })],
  ["DepthwiseSeparableConv2d", () => new DepthwiseSeparableConv2d(8, 12, { seed: 1 })],
];

/** A layer with a listener runs by itself. */
function withoutFusion(block: Module): Module {
  const paths = [...block.namedModules()].map(([path]) => path).filter((path) => path !== "");
  onForward(block, () => undefined, { paths });
  return block;
}

describe.each(blocks)("%s", (_, make) => {
  const x = () => normal([2, 8, 6, 6], { seed: 2 });

  test("gives what it gives without fusion", async () => {
    await expectSame(make().forward(x()), withoutFusion(make()).forward(x()));
  });

  test("gives the same after its batch norms are folded into its convolutions", async () => {
    const [block, folded] = [make(), make()];
    for (const one of [block, folded]) {
      one.forward(x());
      one.eval();
    }
    expect(foldBatchNorm(folded).left).toEqual([]);
    await expectSame(folded.forward(x()), block.forward(x()));
  });
});

describe("launches", () => {
  const count = (make: (backend: RecordingBackend) => Module): number => {
    const recording = new RecordingBackend(device());
    const block = make(recording).eval();
    const x = normal([2, 8, 6, 6], { seed: 2, backend: recording });
    recording.reset();
    block.forward(x);
    return recording.traffic().launches.length;
  };

  test("of a bottleneck are without those of its three ReLUs and its sum", () => {
    const make = (backend: RecordingBackend) => new Bottleneck(8, 8, { backend });
    expect(count((backend) => withoutFusion(make(backend))) - count(make)).toBe(3);
  });

  test("of an inverted residual are without that of its sum", () => {
    const make = (backend: RecordingBackend) => new InvertedResidual(8, 8, { backend });
    expect(count((backend) => withoutFusion(make(backend))) - count(make)).toBe(1);
  });
});

test("a block whose last scale is 0 starts as its shortcut", async () => {
  const x = normal([2, 8, 4, 4], { seed: 2 });
  for (const block of [new BasicBlock(8, 8, { zeroInit: true }), new Bottleneck(8, 8, { zeroInit: true })]) {
    await expectSame(block.forward(x), relu(x));
  }
  expect(() => new Bottleneck(8, 8, { zeroInit: true, normalization: "none" })).toThrow(
    'Bottleneck: zeroInit: found normalization "none", expected "batch"',
  );
});

test("sizes and options out of range are refused", () => {
  expect(() => new Bottleneck(8, 6)).toThrow("Bottleneck: width: found 1.5, expected a positive integer");
  expect(() => new InvertedResidual(8, 8, { expansion: 0 })).toThrow("InvertedResidual: expansion: found 0");
  expect(() => new InvertedResidual(0, 8)).toThrow("InvertedResidual: inChannels: found 0");
  expect(() => new Conv2dNormActivation(3, 8, { activation: "relu" as never })).toThrow(
    'Conv2dNormActivation: activation: found "relu", expected a function that makes an activation, or null',
  );
  expect(() => new DepthwiseSeparableConv2d(3, 8, { groups: 3 } as never)).toThrow(
    'found the option "groups"',
  );
  expect(() => new SqueezeExcitation(8, 0)).toThrow(ArgumentError);
  expect(() => new SqueezeExcitation(8, 2).forward(normal([2, 8]))).toThrow(ShapeError);
});

test("squeeze and excitation has torchvision's names", () => {
  expect(Object.keys(new SqueezeExcitation(8, 2).stateDict())).toEqual([
    ...["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"],
  ]);
  expect(new SqueezeExcitation(8, 2).describe()).toBe("SqueezeExcitation 8, 2");
});
