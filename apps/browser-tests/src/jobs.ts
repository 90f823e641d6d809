import { cpu } from "@evenkeel/backend-cpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import { computeCaseBits, runConformance } from "@evenkeel/conformance";
import { batches, syntheticFigures } from "@evenkeel/datasets";
import { convnet, mlp } from "@evenkeel/models";
import { accuracy, crossEntropy, fit, SGD } from "@evenkeel/nn";
import { type Backend, selectBackend } from "@evenkeel/tensor";
import { smallCases } from "./small-cases.ts";

/** The jobs that the page can request from the worker. */
export interface Job {
  readonly backend: "cpu" | "webgpu";
  readonly task: "conformance" | "bits" | "mlp" | "convnet";
  /** The number of CPU threads; if absent, the backend's default. */
  readonly threads?: number;
  /** In training, the number of steps; if absent, enough for the loss to fall clearly. */
  readonly steps?: number;
  /** In conformance, tests a single op instead of all. */
  readonly op?: string;
  /** Simulates an engine from before 2024. */
  readonly withoutWaitAsync?: boolean;
}

export interface ConformanceOutcome {
  readonly device: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The op, the case and the error of each failed check. */
  readonly failures: readonly string[];
}

export interface TrainingOutcome {
  readonly device: string;
  readonly losses: readonly number[];
}

export interface BitsOutcome {
  readonly device: string;
  /** The line of `computeCaseBits` for each case. */
  readonly bits: readonly string[];
}

export type Outcome = ConformanceOutcome | BitsOutcome | TrainingOutcome;

export interface JobControl {
  readonly signal: AbortSignal;
  report(line: string): void;
}

export async function runJob(job: Job, control: JobControl): Promise<Outcome> {
  const backend = await open(job);
  try {
    if (job.task === "conformance") return await conform(backend, job, control);
    if (job.task === "bits") return await computeBitsOfCases(backend, control);
    return await train(backend, job, control);
  } finally {
    await backend.close();
  }
}

function open({ backend, threads }: Job): Promise<Backend> {
  return selectBackend([cpu({ threads }), webgpu({ nonFinite: true, software: true })], {
    prefer: backend,
  });
}

async function conform(backend: Backend, { op }: Job, { report }: JobControl): Promise<ConformanceOutcome> {
  const failures: string[] = [];
  const { device, passed, failed, skipped } = await runConformance(backend, {
    cases: smallCases,
    op,
    onCase: ({ op, case: name, status, checks }) => {
      report(`${op} / ${name}: ${status}`);
      if (status !== "failed") return;
      for (const { check, failure } of checks) {
        if (failure !== undefined) failures.push(`${op} / ${name} / ${check}: ${failure}`);
      }
    },
  });
  return { device, passed, failed, skipped, failures };
}

async function computeBitsOfCases(backend: Backend, { report }: JobControl): Promise<BitsOutcome> {
  const bits: string[] = [];
  for (const opCases of smallCases) {
    report(opCases.op.name);
    for (const opCase of opCases.cases) bits.push(await computeCaseBits(backend, opCases, opCase));
  }
  return { device: backend.device, bits };
}

/** A software GPU takes a second for a batch of convolutions, so it is smaller. */
const batchSizes = { mlp: 64, convnet: 32 } as const;
const usualSteps = { mlp: 60, convnet: 30 } as const;

async function train(
  backend: Backend,
  { task, steps }: Job,
  { report, signal }: JobControl,
): Promise<TrainingOutcome> {
  const name = task === "mlp" ? "mlp" : "convnet";
  const model = name === "mlp" ? mlp({ seed: 1 }) : convnet({ seed: 1 });
  const batchSize = batchSizes[name];
  const count = batchSize * (steps ?? usualSteps[name]);
  const figures = syntheticFigures({ count, seed: 1, part: "train" });
  const { batches: records } = await fit(model, {
    data: batches(figures, { batchSize, shuffled: true, seed: 1 }),
    loss: crossEntropy,
    metrics: { accuracy },
    optimizer: new SGD(model, { learningRate: 0.05, momentum: 0.9 }),
    epochs: 1,
    readEvery: 4,
    signal,
    callbacks: [{ onBatch: ({ step, loss }) => report(`step ${step + 1}: loss ${loss.toFixed(3)}`) }],
  });
  return { device: backend.device, losses: records.map(({ loss }) => loss) };
}
