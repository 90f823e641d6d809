import type { Backend, DType, Shape } from "@evenkeel/tensor";
import {
  ArgumentError,
  countBytes,
  getDefaultBackend,
  isTensor,
  scope,
  withExecutor,
  withoutStateChanges,
} from "@evenkeel/tensor";
import {
  checkOptions,
  checkValue,
  describeValue,
  listOf,
  oneOf,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { withoutHooks } from "../hooks/hooks.ts";
import { wrapForward } from "../hooks/wrap-forward.ts";
import { observeFusion } from "../layers/fusion.ts";
import { isModule } from "../module/member.ts";
import type { AnyModule, Module } from "../module/module.ts";
import { formatSummary } from "./format-summary.ts";
import type { ModuleSummary, Summary } from "./model-summary.ts";
import { countOperations } from "./operation-cost.ts";
import { ShapeExecutor } from "./shape-executor.ts";

export interface SummaryOptions {
  /** The dtype of the input; default f32. */
  readonly dtype?: DType;
}

/**
 * Describes a model for an input of the given shape: shapes, parameters, operations and memory by layer, and which layers run
 * in the launches of others. Nothing is computed, and no state changes: the operations only pass on their shapes.
 *
 * Throws ArgumentError for anything but a module and a shape, ShapeError where the shape does not fit the model, and whatever the
 * model throws, such as for values that it reads in the middle.
 *
 * @example console.log(`${summary(model, [32, 1, 28, 28])}`);
 */
export function summary(model: Module, inputShape: Shape, options: SummaryOptions = {}): Summary {
  if (!isModule(model))
    throw new ArgumentError(`summary: model: found ${describeValue(model)}, expected a module`);
  checkValue("summary: inputShape", inputShape, listOf(positiveInteger));
  checkOptions<SummaryOptions>("summary", options, { dtype: oneOf("f32", "f16", "i32", "u32", "u8") });
  const spec = { shape: [...inputShape], dtype: options.dtype ?? ("f32" as const) };
  const backend = findBackend(model);
  const found = new Map<AnyModule, Found>();
  runShapes(model, spec, backend, found);
  const { activationBytes, fusedInto } = runFused(model, spec, backend);
  const paths = new Map([...model.namedModules()].map(([path, module]) => [module, path]));
  const modules = [...paths].map(([module, path]): ModuleSummary => {
    const { outputShapes = [], flops = 0 } = found.get(module) ?? {};
    const host = fusedInto.get(module);
    return {
      path,
      description: module.describe(),
      outputShapes,
      parameters: module.countParameters({ trainableOnly: false }),
      flops,
      ...(host !== undefined && { fusedInto: paths.get(host)! }),
    };
  });
  const { parameters, flops } = modules[0]!;
  const result = {
    modules,
    parameters,
    trainableParameters: model.countParameters(),
    flops,
    activationBytes,
  };
  return { ...result, toString: () => formatSummary(result) };
}

interface Found {
  readonly outputShapes: Shape[];
  flops: number;
}

const findBackend = (model: Module): Backend => {
  for (const { value } of model.parameters()) return value.backend;
  return getDefaultBackend();
};

/** Runs every module by itself, and notes its shapes and its operations. */
function runShapes(
  model: Module,
  spec: Parameters<ShapeExecutor["makeTensor"]>[0],
  backend: Backend,
  found: Map<AnyModule, Found>,
): void {
  const running: AnyModule[] = [];
  const note = (module: AnyModule): Found => {
    const own = found.get(module) ?? { outputShapes: [], flops: 0 };
    found.set(module, own);
    return own;
  };
  const shapes = new ShapeExecutor(backend, (seen) => {
    const flops = countOperations(seen, shapes);
    for (const module of new Set(running)) note(module).flops += flops;
  });
  const removals = [...model.namedModules()].map(([, module]) =>
    wrapForward(module, (run) => {
      running.push(module);
      try {
        const output = run();
        for (const tensor of [output].flat())
          if (isTensor(tensor)) note(module).outputShapes.push(tensor.shape);
        return output;
      } finally {
        running.pop();
      }
    }),
  );
  try {
    runForward(model, spec, shapes);
  } finally {
    for (const remove of removals) remove();
    shapes.dispose();
  }
}

/** Runs the model as it usually runs. */
function runFused(
  model: Module,
  spec: Parameters<ShapeExecutor["makeTensor"]>[0],
  backend: Backend,
): { readonly activationBytes: number; readonly fusedInto: ReadonlyMap<AnyModule, AnyModule> } {
  let activationBytes = 0;
  const fusedInto = new Map<AnyModule, AnyModule>();
  const shapes = new ShapeExecutor(backend, ({ outputs, isView }) => {
    if (isView) return;
    for (const output of outputs) activationBytes += countBytes(output, backend.limits);
  });
  try {
    observeFusion(
      (host, guest) => fusedInto.set(guest, fusedInto.get(host) ?? host),
      () => runForward(model, spec, shapes),
    );
  } finally {
    shapes.dispose();
  }
  return { activationBytes, fusedInto };
}

function runForward(
  model: Module,
  spec: Parameters<ShapeExecutor["makeTensor"]>[0],
  shapes: ShapeExecutor,
): void {
  const wasTraining = model.isTraining;
  const modes = [...model.namedModules()].map(([, module]) => [module, module.isTraining] as const);
  try {
    if (!wasTraining) for (const [module] of modes) module.isTraining = true;
    withoutHooks(() =>
      withoutStateChanges(() =>
        scope(() => void withExecutor(shapes, () => model.forward(shapes.makeTensor(spec)))),
      ),
    );
  } finally {
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  }
}
