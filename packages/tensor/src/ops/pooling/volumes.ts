import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { countElements } from "../../core/spec.ts";
import { reshape } from "../movement/reshape.ts";
import type { PoolAttributes } from "./attributes.ts";

/**
 * The two poolings of which one over volumes consists: over the planes, and over the depth of volumes seen as planes of
 * [depth, height * width]. The winner of the two is the first of equal maxima, plane by plane, and the last NaN, as of one.
 */
export function splitVolume<Attrs extends PoolAttributes>(
  attrs: Attrs,
): { readonly planes: Attrs; readonly depth: Attrs } {
  const { kernel, stride, padding, dilation, windows } = attrs;
  const planes = {
    kernel: kernel.slice(1),
    stride: stride.slice(1),
    padding: padding.slice(1),
    dilation: dilation.slice(1),
    ...(windows && { windows: windows.slice(1) }),
  };
  const depth = {
    kernel: [kernel[0]!, 1],
    stride: [stride[0]!, 1],
    padding: [padding[0]!, [0, 0]],
    dilation: [dilation[0]!, 1],
    ...(windows && { windows: [windows[0]!, windows[1]! * windows[2]!] }),
  };
  return { planes: { ...attrs, ...planes }, depth: { ...attrs, ...depth } };
}

/** Volumes as planes of [depth, height * width]. */
export const flattenPlanes = (x: Tensor): Tensor =>
  reshape(x, [...x.shape.slice(0, -2), countElements(x.shape.slice(-2))]);

/** Pools the planes of volumes, then their depth. */
export function poolVolume(
  x: Tensor,
  poolPlanes: (x: Tensor) => Tensor,
  poolDepth: (x: Tensor) => Tensor,
): Tensor {
  return scope(() => {
    const y = poolPlanes(x);
    const z = poolDepth(flattenPlanes(y));
    return reshape(z, [...z.shape.slice(0, -1), ...y.shape.slice(-2)]);
  });
}
