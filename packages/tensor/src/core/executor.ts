import { checkValue } from "../checks/check.ts";
import { BackendError, MissingKernelError } from "../checks/errors.ts";
import { aTensor } from "../checks/rules.ts";
import type { Backend } from "./devices/backend.ts";
import {
  checkFits,
  computeGroupLayout,
  countBytes,
  describeBackend,
  getDefaultBackend,
} from "./devices/backend.ts";
import type { BufferView, Slot } from "./devices/launch.ts";
import { bindLaunch } from "./devices/launch.ts";
import { leakWatch } from "./memory/leak-watch.ts";
import { scope } from "./memory/scope.ts";
import { makeView, Tensor, TensorStorage } from "./memory/tensor.ts";
import type { AnyOp, Attributes, Composition, Op, OpCall, Plan, PlanOf } from "./op.ts";
import { planExpression } from "./plans/expression-plan.ts";
import type { PlanSource } from "./plans/plan-tables.ts";
import { findTabledPlan } from "./plans/plan-tables.ts";
import type { Spec } from "./spec.ts";
import { formatSpec } from "./spec.ts";

/**
 * The interface through which every op call passes. Executors wrap one another, for example to record for autodiff, to
 * count, or to capture.
 */
export interface Executor {
  execute(call: OpCall): Tensor[];
  /** The backend of ops without inputs whose call specifies none. Default: the one that `selectBackend` opened. */
  readonly backend?: Backend | undefined;
}

export interface ExecuteOptions {
  readonly scalars?: readonly number[];
  /** Indices of inputs whose memory the op may reuse. The call disposes them. */
  readonly donate?: readonly number[];
  /** The backend of an op without inputs; otherwise the inputs determine it. */
  readonly backend?: Backend;
}

/** Plans and launches each call on the backend of its inputs. */
export const launchingExecutor: Executor = { execute: launchCall };

let current: Executor = launchingExecutor;

export const getCurrentExecutor = (): Executor => current;

/** Runs a synchronous `body` with another executor, and restores the previous one, even if it throws. */
export function withExecutor<Result>(executor: Executor, body: () => Result): Result {
  const outer = current;
  current = executor;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/** Calls an op. This is how every public operation runs. */
export function execute<Attrs extends Attributes>(
  op: Op<Attrs>,
  inputs: readonly (Tensor | undefined)[],
  attrs: Attrs,
  options: ExecuteOptions = {},
): Tensor[] {
  const donated = inputs.map((_, index) => options.donate?.includes(index) ?? false);
  const backend = findCommonBackend(op, inputs) ?? options.backend ?? current.backend ?? getDefaultBackend();
  const outputs = current.execute({
    op: op as unknown as AnyOp,
    inputs,
    attrs,
    scalars: options.scalars ?? [],
    donated,
    backend,
  });
  leakWatch?.noteOrigin(op.name, outputs, inputs, execute);
  return outputs;
}

function findCommonBackend(op: AnyOp, inputs: readonly (Tensor | undefined)[]): Backend | undefined {
  let common: Backend | undefined;
  // An operand may be absent only if others are present. If all are absent, the caller has passed `undefined`.
  if (inputs.length > 0 && inputs.every((input) => input === undefined))
    checkValue(op.name, undefined, aTensor);
  for (const input of inputs) {
    if (input === undefined) continue;
    checkValue(op.name, input, aTensor);
    common ??= input.backend;
    if (input.backend !== common) {
      throw new BackendError(
        `${op.name}: found tensors of two backends, ${describeBackend(common)} and ${describeBackend(input.backend)}, expected one`,
      );
    }
  }
  return common;
}

function launchCall(call: OpCall): Tensor[] {
  const { op, inputs, attrs, backend } = call;
  const specs = op.outputs(inputs, attrs);
  // Before the plan is made and before the parts of a composition run: both may take as long as the outputs are large.
  for (const spec of specs) checkFits(op.name, spec, backend);
  const plan = findPlan(call);
  if (plan !== undefined) return runPlan(call, specs, plan);
  if ("composition" in op.meaning) return runComposition(call, makeHandle);
  throw new MissingKernelError(
    isLoading(op, backend)
      ? `${op.name}: its kernels for ${backend.name} are still loading, because it was imported after the device had opened: await loadPlans(backend.languages) first`
      : `${op.name}: no kernel for ${backend.name} (languages: ${backend.languages.join(", ")})`,
  );
}

const makeHandle = (tensor: Tensor): Tensor => new Tensor(tensor.storage, tensor, tensor.byteOffset);

/**
 * Runs the parts of a composition with the current executor. An input that is returned unchanged gets a new handle
 * from `passThrough`: a new value if the call counts as one op, an alias if its parts do. The caller has
 * already checked the inputs.
 */
export function runComposition(call: OpCall, passThrough: (input: Tensor) => Tensor): Tensor[] {
  const { op, inputs, attrs, scalars, backend } = call;
  const { composition } = op.meaning as { composition: Composition<Attributes> };
  const outputs = scope(() =>
    composition(inputs, attrs, scalars, backend).map((output) =>
      inputs.includes(output) ? passThrough(output) : output,
    ),
  );
  disposeDonated(call);
  return outputs;
}

function disposeDonated({ inputs, donated }: OpCall): void {
  inputs.forEach((input, index) => {
    if (donated[index]) input?.dispose();
  });
}

/** The plan function of an op on a backend: from a plan table, the op's own for views and host steps, or from its expression. */
export function findPlanner(op: AnyOp, backend: PlanSource): PlanOf<Attributes> | undefined {
  const planner = findTabledPlan(op, backend) ?? op.plan;
  if (planner !== undefined) return planner;
  if ("expression" in op.meaning) {
    const { expression } = op.meaning;
    return (inputs, attrs, _limits, donated) =>
      planExpression(expression(inputs, attrs), inputs, op.outputs(inputs, attrs), donated);
  }
  return undefined;
}

const isLoading = (op: AnyOp, { languages }: Backend): boolean =>
  languages.some((language) => op.family?.isLoading(language));

interface PlanCache {
  readonly planner: PlanOf<Attributes> | undefined;
  readonly plans: Map<string, Plan>;
}

/**
 * The largest number of plans cached for an op and a backend. Batches of varying sizes can have ever new shapes; beyond
 * this number, the cache is cleared.
 */
const plansKeptPerOp = 512;
const planCaches = new WeakMap<Backend, WeakMap<AnyOp, PlanCache>>();

function getPlanCache(op: AnyOp, backend: Backend): PlanCache {
  let ofBackend = planCaches.get(backend);
  if (ofBackend === undefined) {
    ofBackend = new WeakMap();
    planCaches.set(backend, ofBackend);
  }
  let cache = ofBackend.get(op);
  if (cache === undefined) {
    cache = { planner: findPlanner(op, backend), plans: new Map() };
    if (cache.planner !== undefined && !isLoading(op, backend)) ofBackend.set(op, cache);
  }
  return cache;
}

function findPlan({ op, inputs, attrs, donated, backend }: OpCall): Plan | undefined {
  const { planner, plans } = getPlanCache(op, backend);
  if (planner === undefined) return undefined;
  const key = makePlanKey(inputs, attrs, donated);
  let plan = plans.get(key);
  if (plan === undefined) {
    if (plans.size >= plansKeptPerOp) plans.clear();
    plan = planner(inputs.map(toSpec), attrs, backend.limits, donated);
    plans.set(key, plan);
  }
  return plan;
}

const toSpec = (input: Tensor | undefined): Spec | undefined =>
  input && { shape: input.shape, dtype: input.dtype };

function makePlanKey(
  inputs: readonly (Tensor | undefined)[],
  attrs: Attributes,
  donated: readonly boolean[],
): string {
  let key = "";
  for (let index = 0; index < inputs.length; index++) {
    const input = inputs[index];
    if (input !== undefined) key += `${input.dtype}${input.shape.join()}`;
    key += donated[index] ? "!" : ";";
  }
  for (const _ in attrs) return key + JSON.stringify(attrs);
  return key;
}

/** Runs a plan. If it fails halfway, its memory is freed. */
function runPlan(call: OpCall, specs: readonly Spec[], plan: Plan): Tensor[] {
  const { op, inputs, scalars, backend } = call;
  const outputs: Tensor[] = [];
  const temporaries: BufferView[] = [];
  const view = (slot: Slot): BufferView => {
    if ("temporary" in slot) return temporaries[slot.temporary]!;
    const tensor = "input" in slot ? inputs[slot.input] : outputs[slot.output];
    if (tensor === undefined) {
      throw new MissingKernelError(`${op.name}: its plan names an operand that is ${formatSpec(undefined)}`);
    }
    return "output" in slot && plan.groups
      ? viewWhole(call, specs, plan, slot.output, tensor)
      : makeView(tensor);
  };
  try {
    for (const index of specs.keys()) outputs.push(makeOutput(call, specs, plan, index, outputs));
    for (const spec of plan.temporaries) {
      const bytes = countBytes(spec, backend.limits);
      temporaries.push({ buffer: backend.allocate(bytes), byteOffset: 0, bytes });
    }
    for (const launch of plan.launches) backend.launch(bindLaunch(launch, view, scalars));
  } catch (error) {
    for (const output of outputs) output.dispose();
    throw error;
  } finally {
    for (const { buffer } of temporaries) backend.free(buffer);
  }
  disposeDonated(call);
  return outputs;
}

function makeOutput(
  { inputs, backend }: OpCall,
  specs: readonly Spec[],
  { aliases, groups }: Plan,
  index: number,
  earlier: readonly Tensor[],
): Tensor {
  const spec = specs[index]!;
  const alias = aliases.find(([output]) => output === index);
  if (alias !== undefined) {
    const [, input, byteOffset = 0] = alias;
    const source = inputs[input]!;
    return new Tensor(source.storage, spec, source.byteOffset + byteOffset);
  }
  const group = groups?.find((outputs) => outputs.includes(index));
  if (group === undefined)
    return new Tensor(new TensorStorage(backend, countBytes(spec, backend.limits)), spec);
  const { byteOffsets, bytes } = computeGroupLayout(pickSpecs(specs, group), backend.limits);
  const storage = earlier[group[0]!]?.storage ?? new TensorStorage(backend, bytes);
  return new Tensor(storage, spec, byteOffsets[group.indexOf(index)]);
}

const pickSpecs = (specs: readonly Spec[], group: readonly number[]): Spec[] =>
  group.map((output) => specs[output]!);

/** The view of an output, or of its whole group if it is the first one of a group. */
function viewWhole(
  { backend }: OpCall,
  specs: readonly Spec[],
  { groups }: Plan,
  output: number,
  tensor: Tensor,
): BufferView {
  const group = groups?.find(([first]) => first === output);
  if (group === undefined) return makeView(tensor);
  return { ...makeView(tensor), bytes: computeGroupLayout(pickSpecs(specs, group), backend.limits).bytes };
}
