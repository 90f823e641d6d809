import type { BenchReport, Row } from "../core/rows.ts";
import { formatDigits, formatPercent, formatRatio, sumGpuMilliseconds } from "./figures.ts";

/** A target for Evenkeel in a case. */
interface Target {
  readonly suite: string;
  readonly case: string;
  readonly threads: number;
  readonly backend: "cpu" | "webgpu";
  /** Counts are also valid on a software GPU. */
  readonly kind: "time" | "bytes" | "count";
  /** A description of what is compared. */
  readonly measure: string;
  readonly direction: "at least" | "at most";
  readonly bound: number;
  readonly show: (value: number) => string;
  /** Undefined if a row that it needs was not measured. */
  value(find: Find): number | undefined;
}

/** The timed row of a subject in this case, by default with the same number of threads. */
type Find = (subject: string, other?: { readonly threads: number }) => Row | undefined;

export interface TargetOutcome {
  readonly target: Target;
  readonly value: number | undefined;
  readonly isMet: boolean;
}

/** The targets of the cases that ran. */
export function checkTargets({ rows, machine }: BenchReport): TargetOutcome[] {
  return targets.flatMap((target) => {
    if (target.backend === "webgpu" && machine.gpuIsSoftware && target.kind !== "count") return [];
    const find: Find = (subject, { threads } = target) =>
      rows.find(
        (row) =>
          row.subject === subject &&
          row.suite === target.suite &&
          row.backend === target.backend &&
          row.case === target.case &&
          row.threads === threads &&
          row.milliseconds !== null,
      );
    if (find("evenkeel") === undefined) return [];
    const value = target.value(find);
    const isMet =
      value !== undefined &&
      (target.direction === "at least" ? value >= target.bound : value <= target.bound);
    return [{ target, value, isMet }];
  });
}

export const describeBound = ({ direction, bound, show }: Target): string => `${direction} ${show(bound)}`;

type Place = Pick<Target, "suite" | "case" | "threads"> & { readonly backend?: Target["backend"] };

const divide = (a: number | null | undefined, b: number | null | undefined): number | undefined =>
  a === undefined || b === undefined || a === null || b === null ? undefined : a / b;

const faster = (place: Place, peer: string, bound: number): Target => ({
  ...{
    backend: "cpu",
    ...place,
    kind: "time",
    measure: `times as fast as ${peer}`,
    direction: "at least",
    bound,
    show: formatRatio,
  },
  value: (find) => divide(find(peer)?.milliseconds, find("evenkeel")?.milliseconds),
});

/**
 * By GPU timestamps: on the host's clock, a launch of a few microseconds mostly shows the host's overhead, whatever
 * the system.
 */
const ofRoofOnGpu = (place: Omit<Place, "threads">, roof: string, bound: number): Target => ({
  ...place,
  threads: 1,
  backend: "webgpu",
  kind: "time",
  measure: `of ${roof}, by the GPU's clock`,
  direction: "at least",
  bound,
  show: formatPercent,
  value: (find) => divide(computeGpuRate(find("evenkeel")), computeGpuRate(find(roof))),
});

const computeGpuRate = (row: Row | undefined): number | undefined =>
  row?.launchTimes && divide(row.bytes ?? row.flops, sumGpuMilliseconds(row.launchTimes));

const ofRoof = (place: Place, roof: string, bound: number): Target => ({
  backend: "cpu",
  ...place,
  kind: "time",
  measure: `of ${roof}`,
  direction: "at least",
  bound,
  show: formatPercent,
  value: (find) => {
    const [own, limit] = [find("evenkeel"), find(roof)];
    return roof.startsWith("roof-fma")
      ? divide(own?.gflops, limit?.gflops)
      : divide(own?.gigabytesPerSecond, limit?.gigabytesPerSecond);
  },
});

const scaling = (place: Place): Target => ({
  ...{
    backend: "cpu",
    ...place,
    kind: "time",
    measure: "times as fast as with 1 thread",
    direction: "at least",
    bound: 1.8,
  },
  show: formatRatio,
  value: (find) => divide(find("evenkeel", { threads: 1 })?.milliseconds, find("evenkeel")?.milliseconds),
});

const besidePlain = (place: Place, bound: number): Target => ({
  backend: "cpu",
  ...place,
  kind: "time",
  measure: "the time without it",
  direction: "at most",
  bound,
  show: formatRatio,
  value: (find) => divide(find("evenkeel")?.milliseconds, find("evenkeel-plain")?.milliseconds),
});

/** The share of its time that a guarded step adds to an unguarded one. */
const guarded = (place: Place, bound: number): Target => ({
  backend: "cpu",
  ...place,
  kind: "time",
  measure: "slower than without guards",
  direction: "at most",
  bound,
  show: formatPercent,
  value: (find) => {
    const ratio = divide(find("evenkeel")?.milliseconds, find("evenkeel-unguarded")?.milliseconds);
    return ratio === undefined ? undefined : ratio - 1;
  },
});

const perLaunch = (place: Place, launches: number, microseconds: number): Target => ({
  backend: "cpu",
  ...place,
  kind: "time",
  measure: "a launch",
  direction: "at most",
  bound: microseconds,
  show: (value) => `${formatDigits(value)} µs`,
  value: (find) => divide(find("evenkeel")?.milliseconds, launches / 1000),
});

const ofBytes = (place: Place, peer: string, bound: number): Target => ({
  ...{
    backend: "cpu",
    ...place,
    kind: "bytes",
    measure: `the bytes of ${peer}`,
    direction: "at most",
    bound,
  },
  show: formatRatio,
  value: (find) => divide(find("evenkeel")?.bytes, find(peer)?.bytes),
});

const counted = (place: Omit<Place, "threads">, name: "launches" | "submits", bound: number): Target => ({
  ...place,
  threads: 1,
  backend: "webgpu",
  kind: "count",
  measure: name,
  direction: "at most",
  bound,
  show: formatDigits,
  value: (find) => find("evenkeel")?.[name],
});

const normTargets = ["32x64x56x56", "128x32x28x28"].flatMap((shape) => {
  const place = (name: string, threads: number) => ({
    suite: "batchnorm",
    case: `${name} ${shape}`,
    threads,
  });
  const both = `forward-backward ${shape}`;
  const fused = (epilogue: string) => ({ suite: "batchnorm", case: `${both} with ${epilogue}`, threads: 1 });
  return [
    faster(place("forward", 1), "pytorch-cpu", 5),
    faster(place("forward", 1), "jax-js-wasm", 12),
    faster(place("forward", 1), "tfjs-wasm", 40),
    faster(place("forward", 2), "pytorch-cpu", 4),
    faster(place("forward-backward", 1), "pytorch-cpu", 2.5),
    faster(place("forward-backward", 1), "jax-js-wasm", 15),
    faster(place("forward-backward", 1), "tfjs-wasm", 80),
    faster(place("forward-backward", 2), "pytorch-cpu", 2),
    ...[1, 2].flatMap((threads) => [
      ofRoof(place("forward", threads), "roof-copy", 0.6),
      ofRoof(place("forward-backward", threads), "roof-copy", 0.6),
    ]),
    besidePlain(fused("relu"), 1.1),
    besidePlain(fused("add + relu"), 1.1),
    counted({ suite: "batchnorm", case: `forward ${shape}` }, "launches", 2),
    counted({ suite: "batchnorm", case: both }, "launches", 4),
  ];
});

/** A small matrix, as a fully connected layer has it. */
const smallNormTargets = ["forward 128x512", "forward-backward 128x512"].map((name) =>
  faster({ suite: "batchnorm", case: name, threads: 1 }, "pytorch-cpu", 1),
);

const matmulTargets = ["1024x1024x1024", "128x784x512", "512x512x512"].flatMap((name) => [
  ofRoof({ suite: "matmul", case: name, threads: 1 }, "roof-fma-256", 0.8),
  scaling({ suite: "matmul", case: name, threads: 2 }),
]);

const convTargets = ["32x64x56x56 64x3x3", "32x128x28x28 128x3x3", "128x16x32x32 16x3x3"].flatMap(
  (layer, index) =>
    ["forward", "input-gradient", "filter-gradient"].flatMap((pass) => {
      const name = `${pass} ${layer}`;
      // With many channels, Winograd's algorithm does the work of 1.4 times the operations that the processor can
      // execute.
      const bound = index < 2 && pass !== "filter-gradient" ? 1.4 : 0.8;
      return [
        ofRoof({ suite: "conv", case: name, threads: 1 }, "roof-fma", bound),
        scaling({ suite: "conv", case: name, threads: 2 }),
        ...(index < 2
          ? [1, 2].map((threads) => faster({ suite: "conv", case: name, threads }, "evenkeel-128", 1.5))
          : []),
      ];
    }),
);

/** How many times as fast as PyTorch, whose products use vectors of 512 bits where the processor has them. */
const stepsOfPytorch = {
  "resnet20 b128": 1.2,
  "mlp b128": 0.7,
  "transformer-block b32": 0.7,
  "separable-block b32": 1,
};

const stepTargets = [
  ...[1, 2].flatMap((threads) =>
    Object.entries(stepsOfPytorch).map(([name, bound]) =>
      faster({ suite: "train-step", case: name, threads }, "pytorch-cpu", bound),
    ),
  ),
  faster({ suite: "train-step", case: "mlp b128", threads: 1 }, "jax-js-wasm", 2.5),
  faster({ suite: "train-step", case: "mlp b128", threads: 1 }, "tfjs-wasm", 30),
  ...["b128", "b16"].flatMap((batch) => [
    counted({ suite: "train-step", case: `resnet20 ${batch}` }, "launches", 200),
    counted({ suite: "train-step", case: `resnet20 ${batch}` }, "submits", 1),
    counted({ suite: "train-step", case: `mlp ${batch}` }, "launches", 30),
  ]),
];

/** Whether loss and gradients are finite costs a clean run little. */
const guardTargets = ["mlp b128", "resnet20 b128"].flatMap((name) => {
  const place = { suite: "fit", case: name };
  return [
    ...[1, 2].map((threads) => guarded({ ...place, threads }, 0.02)),
    guarded({ ...place, threads: 1, backend: "webgpu" }, 0.02),
  ];
});

const launchTargets = [1, 2].flatMap((threads) => [
  perLaunch({ suite: "launch", case: "device 1000x1024", threads }, 1000, 1),
  perLaunch({ suite: "launch", case: "function 1000x1024", threads }, 1000, 4),
]);

/** On a hardware GPU, for tensors of 16 MB and more; and half of its arithmetic throughput. */
const gpuTargets = [
  ...["32x64x56x56", "64x256x56x56", "65536x512"].flatMap((shape) =>
    ["forward", "forward-backward"].map((pass) =>
      ofRoofOnGpu({ suite: "batchnorm", case: `${pass} ${shape}` }, "roof-copy", 0.8),
    ),
  ),
  ofRoofOnGpu({ suite: "matmul", case: "4096x4096x4096" }, "roof-fma", 0.5),
];

const targets: readonly Target[] = [
  ...normTargets,
  ...smallNormTargets,
  ...matmulTargets,
  ...convTargets,
  ...launchTargets,
  ...stepTargets,
  ...guardTargets,
  ...[1, 2].map((threads) => ofBytes({ suite: "memory", case: "resnet20 b128", threads }, "pytorch-cpu", 1)),
  ...gpuTargets,
];
