import type { Backend, Limits, OpCase, OpCases } from "@evenkeel/tensor";
import { MissingKernelError } from "@evenkeel/tensor";
import type { RunName } from "./case-runs.ts";
import { listSpecs } from "./case-tensors.ts";
import { listChecks } from "./checks.ts";
import type { Distance } from "./compare.ts";
import type { ReferenceStore } from "./reference-store.ts";

/**
 * `forward`: compares with the reference. `donated` and `views`: give the same bits if every input is donated, or
 * part of a larger buffer. `composition`: runs the parts of an op that also has a kernel. `gradient`: compares with
 * the gradient of the reference. `memory`: no memory leaks.
 */
export type Check = RunName | "memory";

export interface CheckOutcome extends Distance {
  readonly check: Check;
  /** Whether it failed because some op has no kernel for the backend. */
  readonly isMissingKernel?: boolean;
}

export interface CaseOutcome {
  readonly op: string;
  readonly case: string;
  readonly status: "passed" | "failed" | "skipped";
  /** The reason why it was skipped. */
  readonly reason?: string;
  readonly checks: readonly CheckOutcome[];
}

/** Runs every check of one case on a backend. The outcome contains failures; the function does not throw. */
export async function runCase(
  backend: Backend,
  opCases: OpCases,
  opCase: OpCase,
  references?: ReferenceStore,
): Promise<CaseOutcome> {
  const names = { op: opCases.op.name, case: opCase.name };
  const [lacking] = findLack(backend.limits, opCases, opCase);
  if (lacking !== undefined) {
    return { ...names, status: "skipped", reason: `${backend.name} lacks ${lacking}`, checks: [] };
  }
  const live = backend.memory().live;
  const checks: CheckOutcome[] = [];
  for (const { check, measure } of listChecks(backend, opCases, opCase, references)) {
    checks.push({ check, ...(await measureOutcome(measure)) });
  }
  checks.push({ check: "memory", ...measureLeftBehind(backend.memory().live - live) });
  const failed = checks.some(({ failure }) => failure !== undefined);
  return { ...names, status: failed ? "failed" : "passed", checks };
}

/** The requirements of a case that a device lacks: dtypes, and the capability that the case names. */
export function findLack(
  { storage, features }: Pick<Limits, "storage" | "features">,
  { op }: OpCases,
  opCase: OpCase,
): string[] {
  const dtypes = new Set(listSpecs({ op, opCase }).map(({ dtype }) => dtype));
  const { needs } = opCase;
  return [
    ...[...dtypes].filter((dtype) => storage[dtype] === undefined),
    ...(needs !== undefined && !features.has(needs) ? [needs] : []),
  ];
}

/** The same outcome, but counted as skipped if missing kernels are the only failures, for an incomplete backend. */
export function skipMissingKernels(outcome: CaseOutcome): CaseOutcome {
  const failures = outcome.checks.filter(({ failure }) => failure !== undefined);
  const areMissing = failures.every(({ isMissingKernel }) => isMissingKernel === true);
  if (failures.length === 0 || !areMissing) return outcome;
  return { ...outcome, status: "skipped", reason: failures[0]!.failure };
}

async function measureOutcome(measure: () => Promise<Distance>): Promise<Omit<CheckOutcome, "check">> {
  try {
    return await measure();
  } catch (error) {
    const failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { error: 0, failure, isMissingKernel: error instanceof MissingKernelError };
  }
}

/**
 * Fewer bytes than before are allowed: unreachable tensors of an earlier check are freed once they are
 * garbage-collected.
 */
const measureLeftBehind = (bytes: number): Distance =>
  bytes <= 0
    ? { error: 0 }
    : { error: 0, failure: `found ${bytes} bytes alive that were not before, expected 0` };
