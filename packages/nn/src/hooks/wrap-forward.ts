import type { AnyModule } from "../module/module.ts";

type Forward = AnyModule["forward"];

/** Runs in place of `forward`, which it calls through `run`. */
export type Wrapper = (run: () => unknown, module: AnyModule) => unknown;

/** The wrappers of a module, innermost first, and the property `forward` that it had of its own before. */
interface Wrapped {
  readonly wrappers: Set<Wrapper>;
  readonly forward: Forward;
  readonly before: PropertyDescriptor | undefined;
}

const wrapped = new WeakMap<AnyModule, Wrapped>();

/**
 * Puts a wrapper around the `forward` of one module, until the function that is returned is called. Containers run a module with
 * a `forward` of its own unfused, so the wrapper sees exactly what the layer computes.
 */
export function wrapForward(module: AnyModule, wrapper: Wrapper): () => void {
  const own = wrapped.get(module) ?? install(module);
  own.wrappers.add(wrapper);
  return () => {
    if (own.wrappers.delete(wrapper) && own.wrappers.size === 0) uninstall(module, own);
  };
}

function install(module: AnyModule): Wrapped {
  const before = Object.getOwnPropertyDescriptor(module, "forward");
  const { forward } = module;
  const own: Wrapped = { wrappers: new Set(), forward, before };
  wrapped.set(module, own);
  const value = (...inputs: unknown[]): unknown => {
    const innermost = (): unknown => forward.apply(module, inputs);
    const outermost = [...own.wrappers].reduce<() => unknown>(
      (run, wrapper) => () => wrapper(run, module),
      innermost,
    );
    return outermost();
  };
  Object.defineProperty(module, "forward", { value, configurable: true, writable: true, enumerable: false });
  return own;
}

function uninstall(module: AnyModule, { before }: Wrapped): void {
  wrapped.delete(module);
  if (before === undefined) Reflect.deleteProperty(module, "forward");
  else Object.defineProperty(module, "forward", before);
}
