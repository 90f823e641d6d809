import type { AnyOp, Attributes, PlanOf } from "./op.ts";

// biome-ignore lint/suspicious/noExplicitAny: attributes are contravariant in plans
type PlanTable = ReadonlyMap<AnyOp, PlanOf<any>>;
type PlanLoaders = { readonly [language: string]: () => Promise<{ readonly plans: PlanTable }> };

/** Plans of a package's ops that come with the first device that speaks their language: see `deferPlans`. */
export interface DeferredPlans {
  /** The loaded plans by language. */
  readonly tables: ReadonlyMap<string, PlanTable>;
  isLoading(language: string): boolean;
  /** Loads the plans of a language once, or again if that failed. */
  load(language: string): Promise<void>;
}

const all: DeferredPlans[] = [];
const openedLanguages = new Set<string>();

/**
 * Leaves plans in some languages to be fetched when a device that speaks one opens, so that an app without a GPU does not download
 * shaders. Ops name the result as `deferred`; where the call is marked as `@__PURE__`, bundlers drop it with the last op that
 * does. Each loader imports a module of its own, whose `plans` has the plans by op (`planTable` of `@evenkeel/tensor/wgsl`).
 *
 * Until plans are there an op runs as one without them. So it does where ops are imported after a device has opened: then loading
 * begins at once, and where it fails the next device that opens tries again and tells.
 *
 * @example
 * const deferred = deferPlans({ wgsl: () => import("./shaders.ts") });
 * export const swishOp: Op = { ...swish, deferred };
 */
export function deferPlans(loaders: PlanLoaders): DeferredPlans {
  const tables = new Map<string, PlanTable>();
  const loads = new Map<string, Promise<void>>();
  const fetchTable = async (language: string): Promise<void> => {
    try {
      const loaded = await loaders[language]?.();
      if (loaded !== undefined) tables.set(language, loaded.plans);
    } catch (reason) {
      loads.delete(language);
      throw reason;
    }
  };
  const deferred: DeferredPlans = {
    tables,
    isLoading: (language) => language in loaders && loads.has(language) && !tables.has(language),
    load: (language) => {
      const load = loads.get(language) ?? fetchTable(language);
      loads.set(language, load);
      return load;
    },
  };
  all.push(deferred);
  for (const language of openedLanguages) deferred.load(language).catch(() => {});
  return deferred;
}

const ownPlans = /* @__PURE__ */ deferPlans({ wgsl: () => import("../shaders.generated.ts") });

/**
 * Fetches all plans in some languages that have been deferred. A backend awaits it while it opens. Rejects with the reason of a
 * loader that does; the next call tries that one again.
 */
export async function loadPlans(languages: readonly string[]): Promise<void> {
  for (const language of languages) openedLanguages.add(language);
  await Promise.all(languages.flatMap((language) => all.map((deferred) => deferred.load(language))));
}

/** The hand-made plan of an op in a language: its own, else one that has been loaded. */
export const kernelPlanOf = (op: AnyOp, language: string): PlanOf<Attributes> | undefined =>
  op.kernels?.[language] ?? (op.deferred ?? ownPlans).tables.get(language)?.get(op);
