interface Node {
  readonly process?: {
    readonly versions?: { readonly node?: string };
    /** Available from Node 22.3 on. */
    readonly getBuiltinModule?: (name: string) => unknown;
  };
}

/**
 * Loads a module of Node by a name that bundlers for browsers do not follow. Resolves with undefined outside Node, and
 * if the module cannot be loaded.
 */
export async function loadNodeModule<Module>(name: string): Promise<Module | undefined> {
  const { process } = globalThis as Node;
  if (process?.versions?.node === undefined) return undefined;
  const found =
    process.getBuiltinModule?.(name) ??
    (await import(/* @vite-ignore */ /* webpackIgnore: true */ name).catch(() => undefined));
  return found as Module | undefined;
}
