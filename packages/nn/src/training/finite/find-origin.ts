import { observeBackward } from "@evenkeel/autodiff";
import { getCurrentExecutor, listTensors, rejectPromise, scope, withExecutor } from "@evenkeel/tensor";
import { wrapForward } from "../../hooks/wrap-forward.ts";
import type { AnyModule } from "../../module/module.ts";
import { describeOrigin } from "./describe-origin.ts";
import type { NonFiniteOrigin, NonFinitePlace, OriginParts } from "./non-finite-origin.ts";
import type { SeenValue } from "./watching-executor.ts";
import { finite, notANumber, WatchingExecutor } from "./watching-executor.ts";

/** `findNonFinite`, without checks. */
export async function findOrigin(
  model: AnyModule,
  body: () => unknown,
): Promise<NonFiniteOrigin | undefined> {
  const { watching, results } = watch(model, body);
  const levelOf = await watching.readLevels();
  const isSick = (value: SeenValue): boolean => levelOf(value) > finite;
  const result = results.find(isSick);
  if (result !== undefined) return traceBack(model, watching, result, levelOf);
  if (results.length > 0) return undefined;
  const first = watching.calls.flatMap(({ outputs }) => outputs).find(isSick);
  return first && traceBack(model, watching, first, levelOf);
}

/** Follows a value that is not finite to its origin. */
function traceBack(
  model: AnyModule,
  watching: Watching,
  result: SeenValue,
  levelOf: (value: SeenValue) => number,
): NonFiniteOrigin {
  let value = result;
  let count = watching.calls.length;
  let reader: NonFinitePlace = {};
  let becameNaN: NonFinitePlace | undefined;
  for (;;) {
    const isWorst = levelOf(value) === notANumber;
    const found = isWorst ? "NaN" : "infinity";
    const later = isWorst || becameNaN === undefined ? {} : { becameNaN };
    const maker = watching.findMaker(value, count);
    if (maker === undefined) return makeOrigin({ found, ...reader, ...findState(model, value), ...later });
    const { op, place, inputs } = watching.calls[maker]!;
    reader = { operation: op.name, ...place };
    // Values that were made are preferred to those that were there before: the first layer is looked for.
    const rank = (input: SeenValue): number =>
      2 * levelOf(input) + Number(watching.findMaker(input, maker) !== undefined);
    const [worst] = inputs.filter((input) => levelOf(input) > finite).sort((a, b) => rank(b) - rank(a));
    if (worst === undefined) return makeOrigin({ found, source: "operation", ...reader, ...later });
    if (isWorst && levelOf(worst) < notANumber) becameNaN = reader;
    value = worst;
    count = maker;
  }
}

/** Only its parts can be enumerated. */
function makeOrigin(parts: OriginParts): NonFiniteOrigin {
  const origin = { ...parts };
  Object.defineProperty(origin, "toString", { value: () => describeOrigin(parts) });
  return origin;
}

/** What a value was that no operation has made. */
function findState(model: AnyModule, { id }: SeenValue): Pick<NonFiniteOrigin, "source" | "path"> {
  for (const [path, { value }] of model.namedParameters())
    if (value.id === id) return { source: "parameter", path };
  for (const [path, { value }] of model.namedBuffers())
    if (value.id === id) return { source: "buffer", path };
  return { source: "input" };
}

type Place = Omit<NonFinitePlace, "operation">;
type Watching = WatchingExecutor<Place>;

/** Runs the body under a watching executor that knows the layers. Also returns the tensors of its result. */
function watch(
  model: AnyModule,
  body: () => unknown,
): { readonly watching: Watching; readonly results: readonly SeenValue[] } {
  const running: { readonly path: string; readonly kind: string }[] = [];
  let differentiated: Place | undefined;
  const watching: Watching = new WatchingExecutor<Place>(
    getCurrentExecutor(),
    () => differentiated ?? { pass: "forward", ...running.at(-1) },
  );
  const observe = (outputIds: readonly number[] | undefined): void => {
    differentiated = outputIds && findDifferentiated(watching, outputIds[0]!);
  };
  const removals = [...model.namedModules()].map(([path, module]) =>
    wrapForward(module, (run) => {
      running.push({ path, kind: module.describe() });
      try {
        return run();
      } finally {
        running.pop();
      }
    }),
  );
  try {
    const results = scope(() => {
      const result = observeBackward(observe, () => withExecutor(watching, body));
      rejectPromise(result, "findNonFinite");
      return [...listTensors(result)].map((value) => watching.look(value));
    });
    return { watching, results };
  } catch (error) {
    watching.dispose();
    throw error;
  } finally {
    for (const remove of removals) remove();
  }
}

/** The place of the operations that compute the gradient of a recorded call. */
function findDifferentiated({ makers, calls }: Watching, outputId: number): Place {
  const call = calls[makers.get(outputId)!];
  return { ...call?.place, pass: "backward", gradientOf: call?.op.name };
}
