import type { AnyOp, Attributes, PlanOf } from "./op.ts";

type PlanTable = ReadonlyMap<AnyOp, PlanOf<Attributes>>;

/** Languages whose plans are a piece of their own, so that an app without a GPU does not download shaders. */
const loaders: { readonly [language: string]: () => Promise<{ readonly plans: PlanTable }> } = {
  wgsl: () => import("../shaders.generated.ts"),
};

const loaded = new Map<string, PlanTable>();

/** Fetches the plans of this package's ops in some languages. A backend awaits it while it opens. */
export async function loadPlans(languages: readonly string[]): Promise<void> {
  await Promise.all(
    languages.map(async (language) => {
      const load = loaders[language];
      if (load !== undefined && !loaded.has(language)) loaded.set(language, (await load()).plans);
    }),
  );
}

/** The hand-made plan of an op in a language: its own, else one that has been loaded. */
export const kernelPlanOf = (op: AnyOp, language: string): PlanOf<Attributes> | undefined =>
  op.kernels?.[language] ?? loaded.get(language)?.get(op);
