// One module: the passes share most of their parts.

export { planarStatistics, interleavedStatistics } from "./statistics/wasm/statistics.as";
export { mergeStatistics } from "./statistics/wasm/merge-statistics.as";
export { planarNormalization, interleavedNormalization } from "./normalize/wasm/normalize.as";
export { planarGradient, interleavedGradient } from "./gradient/wasm/gradient.as";
