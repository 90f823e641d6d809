// One module: the passes share most of their parts.

export { planarStatistics, interleavedStatistics } from "../statistics/statistics.as";
export { mergeStatistics } from "../statistics/merge-statistics.as";
export { planarNormalization, interleavedNormalization } from "../normalize/normalize.as";
export { planarGradient, interleavedGradient } from "../gradient/gradient.as";
