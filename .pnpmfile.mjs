/** The condition under which the repository resolves its packages to their sources, which are not published. */
const sourceCondition = "@evenkeel/source";

const withoutSource = (exports) =>
  Object.fromEntries(
    Object.entries(exports).map(([entry, { [sourceCondition]: _, ...conditions }]) => [entry, conditions]),
  );

export const hooks = {
  /** Makes packed manifests name only files that are in the package. */
  beforePacking: (manifest) =>
    manifest.exports === undefined ? manifest : { ...manifest, exports: withoutSource(manifest.exports) },
};
