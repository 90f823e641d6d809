import type { AnyOp, Backend, OpCases } from "@evenkeel/tensor";
import { ArgumentError, findPlanner } from "@evenkeel/tensor";
import { allCases } from "./all-cases.ts";
import type { KnownFailure } from "./known-failures.ts";
import { knownFailures } from "./known-failures.ts";
import type { ReferenceStore } from "./reference-store.ts";
import type { CaseOutcome } from "./run-case.ts";
import { runCase, skipMissingKernels } from "./run-case.ts";

export interface ConformanceOptions {
  /** The cases to run; by default those of every package. */
  readonly cases?: readonly OpCases[];
  /** Runs only this op. */
  readonly op?: string;
  readonly knownFailures?: readonly KnownFailure[];
  /** For an incomplete backend: cases that need a missing kernel count as skipped. By default they fail. */
  readonly partial?: boolean;
  /** The store for results of the reference. By default all results are computed. */
  readonly references?: ReferenceStore;
  /** Called after each case. */
  readonly onCase?: (outcome: CaseOutcome) => void;
}

export interface OpReport {
  /** How the op runs on this backend: with its own kernel, as a composition, or not at all. */
  readonly kernel: "kernel" | "composed" | "missing";
  readonly passed: number;
  readonly failed: number;
  /** The largest error of any value, relative to the largest magnitude of its tensor. */
  readonly worstError: number;
}

export interface ConformanceReport {
  readonly backend: string;
  readonly device: string;
  /** The number of cases, each with all its checks. */
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ops: { readonly [name: string]: OpReport };
}

/**
 * Runs every case of every op on a backend and compares it with the float64 reference.
 *
 * @throws ArgumentError when no op has the name that was asked for
 * @example const { failed } = await runConformance(await cpu().open());
 */
export async function runConformance(
  backend: Backend,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const selected = (options.cases ?? allCases).filter(
    ({ op }) => options.op === undefined || op.name === options.op,
  );
  if (selected.length === 0)
    throw new ArgumentError(`op: found "${options.op}", expected the name of an op with cases`);
  const known = options.knownFailures ?? knownFailures;
  const ops: { [name: string]: OpReport } = {};
  let skipped = 0;
  for (const opCases of selected) {
    const outcomes: CaseOutcome[] = [];
    for (const opCase of opCases.cases) {
      const run = await runCase(backend, opCases, opCase, options.references);
      const outcome = settle(options.partial ? skipMissingKernels(run) : run, backend, known);
      options.onCase?.(outcome);
      outcomes.push(outcome);
    }
    skipped += outcomes.filter(({ status }) => status === "skipped").length;
    ops[opCases.op.name] = makeReport(opCases.op, backend, outcomes);
  }
  const total = (key: "passed" | "failed"): number =>
    Object.values(ops).reduce((sum, report) => sum + report[key], 0);
  const { name, device } = backend;
  return { backend: name, device, passed: total("passed"), failed: total("failed"), skipped, ops };
}

/** A known failure counts as skipped; one that passes counts as failed until it is removed from the list. */
function settle(outcome: CaseOutcome, backend: Backend, known: readonly KnownFailure[]): CaseOutcome {
  const entry = known.find(
    (failure) =>
      failure.backend === backend.name &&
      failure.op === outcome.op &&
      (failure.case === undefined || failure.case === outcome.case),
  );
  if (entry === undefined || outcome.status === "skipped") return outcome;
  if (outcome.status === "failed") return { ...outcome, status: "skipped", reason: entry.reason };
  const failure = `passes, but is listed as a known failure: ${entry.reason}`;
  return {
    ...outcome,
    status: "failed",
    checks: [...outcome.checks, { check: "forward", error: 0, failure }],
  };
}

function makeReport(op: AnyOp, backend: Backend, outcomes: readonly CaseOutcome[]): OpReport {
  const count = (status: CaseOutcome["status"]): number =>
    outcomes.filter((outcome) => outcome.status === status).length;
  const errors = outcomes.flatMap(({ checks }) => checks.map(({ error }) => error));
  const hasKernel = findPlanner(op, backend) !== undefined;
  return {
    kernel: hasKernel ? "kernel" : "composition" in op.meaning ? "composed" : "missing",
    passed: count("passed"),
    failed: count("failed"),
    worstError: Math.max(0, ...errors),
  };
}
