// One module: the passes share most of their parts.

export { planarStatistics, interleavedStatistics, mergeStatistics } from "../statistics/statistics.as";
export { planarNormalization, interleavedNormalization } from "../normalize/normalize.as";
export { planarGradient, interleavedGradient } from "../gradient/gradient.as";
