/** The condition under which the repository resolves its packages to their sources, which are not published. */
const sourceCondition = "@evenkeel/source";

/** The exports or imports of a manifest, which nest conditions, without the one for sources. */
const withoutSource = (targets) =>
  typeof targets !== "object"
    ? targets
    : Object.fromEntries(
        Object.entries(targets)
          .filter(([condition]) => condition !== sourceCondition)
          .map(([condition, target]) => [condition, withoutSource(target)]),
      );

export const hooks = {
  /** Makes packed manifests name only files that are in the package. */
  beforePacking: (manifest) => ({
    ...manifest,
    ...(manifest.exports && { exports: withoutSource(manifest.exports) }),
    ...(manifest.imports && { imports: withoutSource(manifest.imports) }),
  }),
};
