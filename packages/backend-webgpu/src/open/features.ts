/** Optional features that a device may have. */
export type OptionalFeature = "shader-f16" | "subgroups" | "timestamp-query";

export const knownFeatures: readonly OptionalFeature[] = ["shader-f16", "subgroups", "timestamp-query"];

/** The features of an adapter that are known here, except those to leave unused. */
export function listOptionalFeatures(
  present: { has(feature: string): boolean },
  without: readonly OptionalFeature[] = [],
): OptionalFeature[] {
  return knownFeatures.filter((feature) => present.has(feature) && !without.includes(feature));
}

/** The same for a device, as plans see them. */
export function findFeatures(
  present: { has(feature: string): boolean },
  options: { readonly without?: readonly OptionalFeature[]; readonly nonFinite?: boolean } = {},
): ReadonlySet<string> {
  const features = new Set<string>(listOptionalFeatures(present, options.without));
  if (options.nonFinite) features.add("non-finite");
  return features;
}
