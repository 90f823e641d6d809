import { BackendError } from "../../checks/errors.ts";
import type { Limits } from "../devices/backend.ts";
import type { AnyOp, Attributes, KernelPlan, NoAttributes, OpFamily, PlanOf, PlanTable } from "../op.ts";
import type { Spec } from "../spec.ts";

type PlanLoaders = { readonly [language: string]: () => Promise<{ readonly plans: PlanTable }> };

const families: OpFamily[] = [];
const openedLanguages = new Set<string>();

/**
 * Makes a family of ops. Each loader imports the family's plan table in one language, when the first device opens that speaks it: an app
 * downloads kernels for its devices alone, and those of the families that it uses. Ops name the result as `family`; where the call is marked as
 * `@__PURE__`, bundlers drop it with the last op that does.
 *
 * Until its table is there an op runs as one without plans. So it does where ops are imported after a device has opened: then loading
 * begins at once, `loadPlans` waits for it, and where it fails the next device that opens tries again and tells.
 *
 * @example
 * const swishFamily = opFamily({ wgsl: () => import("./swish-plans.ts") });
 * export const swishOp: Op = { ...swish, family: swishFamily };
 */
export function opFamily(loaders: PlanLoaders): OpFamily {
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
 * Fetches the plan tables of all families in some languages. A backend awaits it while it opens. Rejects with BackendError where a
 * table cannot be loaded; the next call tries that one again.
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
  /** Languages that the device takes kernels in, best first. */
  readonly languages: readonly string[];
  /** Plans that the device brings itself; they are asked first. */
  readonly plans?: PlanTable;
}

/** The plan of an op from a table: the device's own, else that of the op's family in the device's best language. */
export function tabledPlanOf(op: AnyOp, { languages, plans }: PlanSource): PlanOf<Attributes> | undefined {
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
 * Whether the kernels of a plan take floats as they are stored, always or for such operands on such a device. Otherwise they get
 * them as they compute, by casts before and after.
 */
export type TakesStored<Attrs extends Attributes> =
  | true
  | ((inputs: readonly (Spec | undefined)[], attrs: Attrs, limits: Limits) => boolean);

/** An entry of a plan table. */
export type PlanTraits<Attrs extends Attributes = Attributes> = Pick<PlanEntry<Attrs>, "takesStored">;

/**
 * The entry of an op in a plan table, with the attributes that the op and its plans have in common. The op itself is not named:
 * it names its family, which imports the table.
 *
 * @example planFor<SwishAttributes>("swish", swishPlan)
 */
export const planFor = <Attrs extends Attributes = NoAttributes>(
  name: string,
  plan: KernelPlan<Attrs>,
  traits: PlanTraits<Attrs> = {},
): PlanEntry => ({ name, plan, ...traits });

/** A plan table from its entries. */
export const planTable = (entries: readonly PlanEntry[]): PlanTable =>
  new Map(entries.map(({ name, plan }) => [name, plan]));
