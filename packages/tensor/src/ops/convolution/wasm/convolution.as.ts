export { filterGradient, mergeSlices } from "./conv2d-filter-gradient.as";
export { convolve, packFilters } from "./conv2d.as";
export { filterGradientDepthwise } from "./depthwise-filter-gradient.as";
export { convolveDepthwise } from "./depthwise.as";
export { filterGradientWinograd } from "./winograd-filter-gradient.as";
export { convolveWinograd, transformFilters } from "./winograd.as";

// One module: the kernels share most of their parts.
