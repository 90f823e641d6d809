import type { Shape } from "@evenkeel/tensor";
import { isTensor, listTensors, scope, withExecutor, withoutStateChanges } from "@evenkeel/tensor";
import { withoutHooks } from "../hooks/hooks.ts";
import { wrapForward } from "../hooks/wrap-forward.ts";
import { isModule } from "../module/member.ts";
import type { AnyModule } from "../module/module.ts";
import { ShapeExecutor } from "../summary/shape-executor.ts";
import { findBackend } from "../training/batches/batch.ts";

/** Two layers of which the second reads the output of the first, and nothing else does. */
export interface Neighbours {
  readonly front: AnyModule;
  readonly behind: AnyModule;
  /** The rank of the tensor between them; undefined if it is not known. */
  readonly rank: number | undefined;
}

/** A module that says which of its layers it runs one after another. */
interface Sequenced {
  sequences(): Iterable<readonly AnyModule[]>;
}

/** Whether a module runs the sequences that it lists: its `forward` is that of the class that lists them. */
function isSequenced(module: AnyModule): module is AnyModule & Sequenced {
  let owner: object | null = module;
  while (owner !== null && !Object.hasOwn(owner, "sequences")) owner = Object.getPrototypeOf(owner);
  return owner !== null && module.forward === (owner as AnyModule).forward;
}

/** The neighbours in the sequences that modules list. A layer with several places in the model has none. */
export function listNeighbours(model: AnyModule): Neighbours[] {
  const places = new Map<unknown, number>();
  for (const [, member] of model.namedMembers()) {
    if (isModule(member)) places.set(member, (places.get(member) ?? 0) + 1);
  }
  const isAlone = (module: AnyModule): boolean => places.get(module) === 1;
  return [...model.namedModules()].flatMap(([, module]) =>
    isSequenced(module)
      ? [...module.sequences()].flatMap((layers) =>
          layers.flatMap((behind, index) => {
            const front = layers[index - 1];
            return front && isAlone(front) && isAlone(behind) ? [{ front, behind, rank: undefined }] : [];
          }),
        )
      : [],
  );
}

/** What one layer did while the model ran. */
interface Run {
  calls: number;
  rank: number;
  /** The modules whose operations read its outputs; undefined stands for everything else. */
  readonly readers: Set<AnyModule | undefined>;
}

/** The neighbours in a run of the model on an input of this shape, of which nothing is computed. */
export function findNeighbours(model: AnyModule, inputShape: Shape): Neighbours[] {
  const runs = new Map<AnyModule, Run>();
  const owners = new Map<unknown, AnyModule>();
  const running: AnyModule[] = [];
  const noteReader = (value: unknown, reader: AnyModule | undefined): void => {
    const owner = owners.get(value);
    if (owner && owner !== reader) runs.get(owner)!.readers.add(reader);
  };
  const backend = findBackend(model);
  if (backend === undefined) return [];
  const shapes = new ShapeExecutor(backend, ({ call }) => {
    for (const input of call.inputs) noteReader(input, running.at(-1));
  });
  const removals = [...model.namedModules()].map(([, module]) =>
    wrapForward(module, (run) => {
      running.push(module);
      try {
        const output = run();
        if (isTensor(output) && !owners.has(output)) {
          const own = runs.get(module) ?? { calls: 0, rank: output.rank, readers: new Set() };
          runs.set(module, own);
          own.calls++;
          owners.set(output, module);
        }
        return output;
      } finally {
        running.pop();
      }
    }),
  );
  try {
    const run = (): void => {
      const result: unknown = model.forward(shapes.makeTensor({ shape: inputShape, dtype: "f32" }));
      for (const tensor of listTensors(result)) noteReader(tensor, undefined);
    };
    withoutHooks(() => scope(() => withoutStateChanges(() => withExecutor(shapes, run))));
  } finally {
    for (const remove of removals) remove();
    shapes.dispose();
  }
  return [...runs].flatMap(([front, { calls, rank, readers }]) => {
    const [behind] = readers;
    const isOnly = readers.size === 1 && behind !== undefined && runs.get(behind)?.calls === calls;
    return isOnly ? [{ front, behind, rank }] : [];
  });
}
