import { grad } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import {
  batchNorm,
  extractCount,
  extractParameterGradients,
  gradientApply,
  gradientSums,
  mergeStatistics,
  normalize,
  statistics,
  updateRunningStatistics,
} from "@evenkeel/batchnorm";
import type { Activation, Backend, NumericArray, Tensor } from "@evenkeel/tensor";
import { countElements, fromData, hostStep, mul, ones, slice, sum, zeros } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { openWebgpu } from "../webgpu/support.ts";
import { expectWithin, largest, normal } from "./tools.ts";

/** The meeting point of two machines: each contributes an array and receives those of both. */
class Meeting {
  private readonly rounds: { readonly arrays: NumericArray[]; readonly wake: (() => void)[] }[] = [];
  private readonly visits = [0, 0];

  async exchange(machine: number, own: NumericArray): Promise<readonly NumericArray[]> {
    const number = this.visits[machine]!++;
    this.rounds[number] ??= { arrays: [], wake: [] };
    const { arrays, wake } = this.rounds[number]!;
    arrays[machine] = own.slice();
    if (arrays[1 - machine] === undefined) await new Promise<void>((resolve) => wake.push(resolve));
    for (const resolve of wake) resolve();
    return arrays;
  }
}

/** The connection of a machine to the other one. */
function makeCommunicator(meeting: Meeting, machine: number) {
  const allReduce = hostStep({
    name: "allReduce",
    inputs: ["own"],
    outputs: ({ own }) => ({ total: own }),
    run: async ({ own, total }) => {
      const [first, second] = await meeting.exchange(machine, own);
      total.set(first!.map((value, at) => value + second![at]!));
    },
    gradient: ({ total }): { own?: Tensor } => ({ own: allReduce({ own: total! }).total }),
  });
  const allGather = hostStep({
    name: "allGather",
    inputs: ["own"],
    outputs: ({ own }) => ({ first: own, second: own }),
    run: async ({ own, first, second }) => {
      const arrays = await meeting.exchange(machine, own);
      first.set(arrays[0]!);
      second.set(arrays[1]!);
    },
    // Both machines combined both parts.
    gradient: ({ first, second }) => {
      const sums = [first!, second!].map((own) => allReduce({ own }).total);
      return { own: sums[machine]! };
    },
  });
  return { allReduce, allGather };
}

interface Problem {
  readonly shape: readonly number[];
  readonly axis: number;
  /** The samples of the first machine. */
  readonly cut: number;
  readonly activation: Activation;
  readonly hasResidual: boolean;
}

const problems: readonly (readonly [string, Problem])[] = [
  ["planar", { shape: [12, 6, 9, 11], axis: 1, cut: 5, activation: "none", hasResidual: false }],
  ["interleaved", { shape: [12, 5, 7, 6], axis: 3, cut: 6, activation: "relu", hasResidual: false }],
  ["in parts", { shape: [6, 2, 150, 120], axis: 1, cut: 2, activation: "relu", hasResidual: true }],
  ["features", { shape: [64, 12], axis: 1, cut: 31, activation: { leakyRelu: 0.2 }, hasResidual: true }],
  ["one sample here", { shape: [9, 4, 2, 2], axis: 1, cut: 1, activation: "none", hasResidual: false }],
];

/** The values of the whole batch, identical on every device. */
function drawValues({ shape, axis, hasResidual }: Problem) {
  const size = countElements(shape);
  const channels = shape[axis]!;
  return {
    x: normal(size, 1, 3, 2),
    dy: normal(size, 2),
    residual: hasResidual ? normal(size, 3) : undefined,
    scale: normal(channels, 4, 1, 0.3),
    shift: normal(channels, 5),
  };
}

/** The operands on a device: of the whole batch, or of the samples of one machine. */
function operandsOn(backend: Backend, problem: Problem, samples: readonly [number, number]) {
  const { x, dy, residual, scale, shift } = drawValues(problem);
  const [begin, end] = samples;
  const part = (values: Float32Array): Tensor =>
    slice(fromData(values, { shape: problem.shape, dtype: "f32" }, { backend }), {
      begin: [begin],
      end: [end],
    });
  const channels = (values: Float32Array): Tensor =>
    fromData(values, { shape: [values.length], dtype: "f32" }, { backend });
  return {
    x: part(x),
    dy: part(dy),
    residual: residual && part(residual),
    scale: channels(scale),
    shift: channels(shift),
  };
}

/** Reads tensors by name. */
async function read<Name extends string>(tensors: { readonly [Key in Name]: Tensor }) {
  const entries = Object.entries<Tensor>(tensors).map(async ([name, tensor]) => [name, await tensor.data()]);
  return Object.fromEntries(await Promise.all(entries)) as { readonly [Key in Name]: Float32Array };
}

const joined = (parts: readonly Float32Array[]): number[] => parts.flatMap((part) => [...part]);
const added = ([a, b]: readonly Float32Array[]): Float32Array => a!.map((value, at) => value + b![at]!);

/** Sums in a different order differ by a few rounding errors, relative to a sum of magnitudes of about 1. */
function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expectWithin(found, expected, 1e-5 * Math.max(1, largest(expected)), what);
}

onEachBackend((device, name) => {
  let other: Backend;
  beforeAll(async () => {
    other = await (name === "cpu" ? cpu({ threads: 1 }).open() : openWebgpu({ nonFinite: true }));
  });
  afterAll(() => other.close());

  /** Runs the body for both machines; each has a device, its samples, and a connection to the other. */
  function onBoth<Result>(
    { shape, cut }: Problem,
    body: (
      backend: Backend,
      samples: readonly [number, number],
      line: ReturnType<typeof makeCommunicator>,
    ) => Result,
  ): Result[] {
    const meeting = new Meeting();
    return [
      body(device(), [0, cut], makeCommunicator(meeting, 0)),
      body(other, [cut, shape[0]!], makeCommunicator(meeting, 1)),
    ];
  }

  /** Batch norm of the whole batch on one device, and its gradients for the given gradient of y. */
  async function computeWhole(problem: Problem) {
    const { axis, activation, shape } = problem;
    const { x, dy, residual, scale, shift } = operandsOn(device(), problem, [0, shape[0]!]);
    const running = {
      runningMean: zeros([shape[axis]!], { backend: device() }),
      runningVariance: ones([shape[axis]!], { backend: device() }),
    };
    const options = { axis, activation, training: true, ...running };
    const { y, runningMean, runningVariance } = batchNorm(x, { ...options, residual, scale, shift });
    const [dx, dScale, dShift, dResidual] = grad(
      (x: Tensor, scale: Tensor, shift: Tensor, residual: Tensor) =>
        sum(
          mul(
            batchNorm(x, { ...options, scale, shift, residual: problem.hasResidual ? residual : undefined })
              .y,
            dy,
          ),
        ),
      { wrt: problem.hasResidual ? [0, 1, 2, 3] : [0, 1, 2] },
    )(x, scale, shift, residual ?? x) as readonly [Tensor, Tensor, Tensor, Tensor?];
    return read({
      y,
      dx,
      dScale,
      dShift,
      dResidual: dResidual ?? dy,
      runningMean: runningMean!,
      runningVariance: runningVariance!,
    });
  }

  describe.each(problems)("two parts of a batch, %s", (_, problem) => {
    test("split at the sums, they are normalized like the whole batch, forward and backward", async () => {
      const { axis, activation, shape } = problem;
      const whole = await computeWhole(problem);
      const parts = await Promise.all(
        onBoth(problem, (backend, samples, { allReduce, allGather }) => {
          const { x, dy, residual, scale, shift } = operandsOn(backend, problem, samples);
          const { first, second } = allGather({ own: statistics(x, { axis }) });
          const merged = mergeStatistics([first, second]);
          const options = { axis, scale, shift };
          const y = normalize(x, merged, { ...options, activation, residual });
          const running = updateRunningStatistics(
            merged,
            { mean: zeros([shape[axis]!], { backend }), variance: ones([shape[axis]!], { backend }) },
            0.1,
          );
          const { sums, dz } = gradientSums(dy, x, merged, {
            ...options,
            activation,
            ...(residual && { y }),
          });
          const { total } = allReduce({ own: sums });
          const dx = gradientApply(dz ?? dy, x, merged, total, {
            ...options,
            activation: dz ? "none" : activation,
          });
          const count = extractCount(merged);
          return read({ y, dx, ...extractParameterGradients(sums), ...running, count, dResidual: dz ?? dy });
        }),
      );
      expectNear(joined(parts.map(({ y }) => y)), whole.y, "y");
      expectNear(joined(parts.map(({ dx }) => dx)), whole.dx, "dx");
      expectNear(added(parts.map(({ dScale }) => dScale)), whole.dScale, "dScale");
      expectNear(added(parts.map(({ dShift }) => dShift)), whole.dShift, "dShift");
      expectNear(joined(parts.map(({ dResidual }) => dResidual)), whole.dResidual, "dResidual");
      for (const { mean, variance, count } of parts) {
        expectNear(mean, whole.runningMean, "running mean");
        expectNear(variance, whole.runningVariance, "running variance");
        expect(new Set(count)).toEqual(new Set([countElements(shape) / shape[axis]!]));
      }
    });

    test("with the gradient of the exchange it is differentiable as a whole", async () => {
      const { axis, activation } = problem;
      const whole = await computeWhole(problem);
      const parts = await Promise.all(
        onBoth(problem, (backend, samples, { allGather }) => {
          const { x, dy, residual, scale, shift } = operandsOn(backend, problem, samples);
          const loss = (x: Tensor, scale: Tensor, shift: Tensor): Tensor => {
            const { first, second } = allGather({ own: statistics(x, { axis }) });
            const merged = mergeStatistics([first, second]);
            return sum(mul(normalize(x, merged, { axis, scale, shift, activation, residual }), dy));
          };
          const [dx, dScale, dShift] = grad(loss, { wrt: [0, 1, 2] })(x, scale, shift);
          return read({ dx, dScale, dShift });
        }),
      );
      expectNear(joined(parts.map(({ dx }) => dx)), whole.dx, "dx");
      expectNear(added(parts.map(({ dScale }) => dScale)), whole.dScale, "dScale");
      expectNear(added(parts.map(({ dShift }) => dShift)), whole.dShift, "dShift");
    });
  });
});
