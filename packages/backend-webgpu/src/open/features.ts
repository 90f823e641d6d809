/** What a device may have beyond every WebGPU device. */
export type OptionalFeature = "shader-f16" | "subgroups" | "timestamp-query";

export const knownFeatures: readonly OptionalFeature[] = ["shader-f16", "subgroups", "timestamp-query"];

/** The known features that an adapter has, without those to leave alone. */
export function optionalFeatures(
  present: { has(feature: string): boolean },
  without: readonly OptionalFeature[] = [],
): OptionalFeature[] {
  return knownFeatures.filter((feature) => present.has(feature) && !without.includes(feature));
}

/** The same for a device, as plans see them, with `f16`: every device stores halves, whether it computes with them or not. */
export function featuresOf(
  present: { has(feature: string): boolean },
  options: { readonly without?: readonly OptionalFeature[]; readonly keepsNonFinite?: boolean } = {},
): ReadonlySet<string> {
  const features = new Set<string>([...optionalFeatures(present, options.without), "f16"]);
  if (options.keepsNonFinite) features.add("non-finite");
  return features;
}
