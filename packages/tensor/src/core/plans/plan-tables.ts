import { checkValue } from "../../checks/check.ts";
import { BackendError } from "../../checks/errors.ts";
import type { Rule } from "../../checks/rules.ts";
import type { Limits } from "../devices/backend.ts";
import type { AnyOp, Attributes, KernelPlan, NoAttributes, OpFamily, PlanOf, PlanTable } from "../op.ts";
import type { Spec } from "../spec.ts";

type PlanLoaders = { readonly [language: string]: () => Promise<{ readonly plans: PlanTable }> };

const someLoaders: Rule = {
  expected: "an object with a function for each language",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((loader) => typeof loader === "function"),
};

const families: OpFamily[] = [];
const openedLanguages = new Set<string>();

/**
 * Creates a family of ops. Each loader imports the family's plan table in one language when the first device that uses
 * it opens, so an app downloads only the kernels for its devices, of the families that it uses. Ops have the result as
 * `family`; if the call is marked as `@__PURE__`, bundlers drop it together with the ops.
 *
 * Until its table is loaded, an op runs like one without plans. If ops are imported after a device has opened, loading
 * begins at once and `loadPlans` waits for it; if it fails, the next device that opens tries again and reports the error. Throws
 * ArgumentError for anything but functions.
 *
 * @example
 * const swishFamily = makeOpFamily({ wgsl: () => import("./swish-plans.ts") });
 * export const swishOp: Op = { ...swish, family: swishFamily };
 */
export function makeOpFamily(loaders: PlanLoaders): OpFamily {
  checkValue("makeOpFamily: loaders", loaders, someLoaders);
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
  const family: OpFamily = {
    tables,
    isLoading: (language) => language in loaders && loads.has(language) && !tables.has(language),
    load: (language) => {
      const load = loads.get(language) ?? fetchTable(language);
      loads.set(language, load);
      return load;
    },
  };
  families.push(family);
  for (const language of openedLanguages) family.load(language).catch(() => {});
  return family;
}

/**
 * Loads the plan tables of all families in the given languages. Backends await it while they open. Rejects with BackendError if a
 * table cannot be loaded; the next call tries again.
 *
 * @example await loadPlans(backend.languages); // after ops have been imported late
 */
export async function loadPlans(languages: readonly string[]): Promise<void> {
  for (const language of languages) openedLanguages.add(language);
  try {
    await Promise.all(languages.flatMap((language) => families.map((family) => family.load(language))));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackendError(`kernels in ${languages.join(", ")} cannot be loaded: ${reason}`, {
      cause: error,
    });
  }
}

/** The properties of a backend that determine which plan an op gets. */
export interface PlanSource {
  /** The languages of the device's kernels, best first. */
  readonly languages: readonly string[];
  /** The device's own plans, which take precedence. */
  readonly plans?: PlanTable;
}

/** The plan of an op from a table: the device's own, otherwise that of the op's family in the device's best language. */
export function findTabledPlan(op: AnyOp, { languages, plans }: PlanSource): PlanOf<Attributes> | undefined {
  const tables = [plans, ...languages.map((language) => op.family?.tables.get(language))];
  for (const table of tables) {
    const plan = table?.get(op.name);
    if (plan !== undefined)
      return (inputs, attrs, limits, donated) => plan(inputs, attrs, limits, donated, op);
  }
  return undefined;
}

/** The name of an op and its plan in one language. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are contravariant in plans
export interface PlanEntry<Attrs extends Attributes = any> {
  readonly name: string;
  readonly plan: KernelPlan<Attrs>;
  readonly takesStored?: TakesStored<Attrs>;
}

/**
 * Whether the kernels of a plan accept floats as they are stored, always or depending on the operands and the device.
 * Otherwise casts before and after them convert floats to the type in which they compute.
 */
export type TakesStored<Attrs extends Attributes> =
  | true
  | ((inputs: readonly (Spec | undefined)[], attrs: Attrs, limits: Limits) => boolean);

/** The options of an entry of a plan table. */
export type PlanTraits<Attrs extends Attributes = Attributes> = Pick<PlanEntry<Attrs>, "takesStored">;

/**
 * The entry of an op in a plan table, with the attributes that the op and its plans share. It does not refer to the op itself,
 * because the op refers to its family, which imports the table.
 *
 * @example makePlanEntry<SwishAttributes>("swish", swishPlan)
 */
export const makePlanEntry = <Attrs extends Attributes = NoAttributes>(
  name: string,
  plan: KernelPlan<Attrs>,
  traits: PlanTraits<Attrs> = {},
): PlanEntry => ({ name, plan, ...traits });

/** A plan table from its entries. */
export const makePlanTable = (entries: readonly PlanEntry[]): PlanTable =>
  new Map(entries.map(({ name, plan }) => [name, plan]));
