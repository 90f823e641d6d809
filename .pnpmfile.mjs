/** The condition under which the repository reads its packages from source; packages that are published have no sources. */
const sourceCondition = "@evenkeel/source";

const withoutSource = (exports) =>
  Object.fromEntries(
    Object.entries(exports).map(([entry, { [sourceCondition]: _, ...conditions }]) => [entry, conditions]),
  );

export const hooks = {
  /** What is packed names only files that are in the package. */
  beforePacking: (manifest) =>
    manifest.exports === undefined ? manifest : { ...manifest, exports: withoutSource(manifest.exports) },
};
