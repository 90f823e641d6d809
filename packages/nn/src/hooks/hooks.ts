import { customGradient, withoutGradient } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, isTensor, rejectPromise } from "@evenkeel/tensor";
import { callable, checkOptions, checkValue, describeValue, listOf, text } from "@evenkeel/tensor/checks";
import { attempt } from "../module/failure.ts";
import { isModule } from "../module/member.ts";
import type { AnyModule } from "../module/module.ts";
import { wrapForward } from "./wrap-forward.ts";

/** Where a value comes from: a module, and its path in the one that the hook was set on. */
export interface HookPlace {
  readonly path: string;
  readonly module: AnyModule;
}

/** A function that a hook calls with a value on the device. Its operations are not differentiated. */
export type HookListener = (value: Tensor, place: HookPlace) => void;

export interface HookOptions {
  /** The paths of the inner modules to listen to, such as `layer1.0.conv1`. Default: the module itself. */
  readonly paths?: readonly string[];
}

/**
 * Calls the listener with the output of a module whenever its `forward` has run, until the function that is returned is
 * called. A layer that is listened to is not fused with its neighbours, so the output is that of the layer alone; without hooks
 * nothing is slower.
 *
 * The value belongs to the step: what shall outlast it is computed in the listener, kept with `keep`, and read later, when a wait
 * for the device does no harm. A module that runs several times calls the listener each time.
 *
 * Throws ArgumentError for a path that the module does not have, an output that is not a tensor, and a listener that returns a
 * promise.
 *
 * @example
 * const means: Tensor[] = [];
 * const remove = onForward(model, (y) => void means.push(keep(mean(y))), { paths: ["features"] });
 */
export function onForward(module: AnyModule, listener: HookListener, options: HookOptions = {}): () => void {
  return setHooks("onForward", module, listener, options, (place) => (run) => {
    const output = checkOutput("onForward", place, run());
    callListener("onForward", listener, output, place);
    return output;
  });
}

/**
 * Calls the listener with the gradient of the loss with respect to the output of a module, whenever it is computed; not at all
 * where the loss does not depend on the output. Everything else is as with `onForward`. A module that runs several times has a
 * gradient for each of its outputs.
 *
 * @example
 * const norms: Tensor[] = [];
 * const remove = onBackward(model, (dy) => void norms.push(keep(sum(mul(dy, dy)))), { paths: ["features"] });
 */
export function onBackward(module: AnyModule, listener: HookListener, options: HookOptions = {}): () => void {
  return setHooks("onBackward", module, listener, options, (place) => {
    const pass = customGradient(
      (y: Tensor) => y,
      ([dy]) => {
        if (dy !== undefined) callListener("onBackward", listener, dy, place);
        return [dy];
      },
    );
    return (run) => pass(checkOutput("onBackward", place, run()));
  });
}

type Name = "onForward" | "onBackward";

function setHooks(
  name: Name,
  root: AnyModule,
  listener: HookListener,
  options: HookOptions,
  makeWrapper: (place: HookPlace) => (run: () => unknown) => unknown,
): () => void {
  if (!isModule(root)) {
    throw new ArgumentError(`${name}: module: found ${describeValue(root)}, expected a module`);
  }
  checkValue(`${name}: listener`, listener, callable);
  checkOptions<HookOptions>(name, options, { paths: listOf(text) });
  const places =
    options.paths === undefined ? [{ path: "", module: root }] : findPlaces(name, root, options.paths);
  const removals = places.map((place) => wrapForward(place.module, makeWrapper(place)));
  return () => {
    for (const remove of removals) remove();
  };
}

function findPlaces(name: Name, root: AnyModule, paths: readonly string[]): HookPlace[] {
  const modules = new Map(
    [...root.namedMembers()].filter((entry): entry is [string, AnyModule] => isModule(entry[1])),
  );
  return [...new Set(paths)].map((path) => {
    const module = path === "" ? root : modules.get(path);
    if (module !== undefined) return { path, module };
    const known = [...modules.keys()].join(", ") || "none";
    throw new ArgumentError(
      `${name}: paths: found "${path}", expected the path of an inner module: ${known}`,
    );
  });
}

function checkOutput(name: Name, { module }: HookPlace, output: unknown): Tensor {
  return attempt(module, () => {
    if (isTensor(output)) return output;
    throw new ArgumentError(`${name}: found the output ${describeValue(output)}, expected a tensor`);
  });
}

let areSilent = false;

/** Runs `body`, in which modules compute nothing but shapes, without calling listeners. */
export function withoutHooks<Result>(body: () => Result): Result {
  const outer = areSilent;
  areSilent = true;
  try {
    return body();
  } finally {
    areSilent = outer;
  }
}

function callListener(name: Name, listener: HookListener, value: Tensor, place: HookPlace): void {
  if (areSilent) return;
  withoutGradient(() => rejectPromise(listener(value, place), name));
}
