// One module: the kernels share most of their parts.

export { convolve, packFilters } from "./conv2d.as";
export { convolveDepthwise, filterGradientDepthwise } from "./depthwise.as";
export { convolveWinograd, transformFilters } from "./winograd.as";
export { filterGradient, mergeSlices } from "../conv2d-filter-gradient/conv2d-filter-gradient.as";
export { filterGradientWinograd } from "../conv2d-filter-gradient/winograd-filter-gradient.as";
