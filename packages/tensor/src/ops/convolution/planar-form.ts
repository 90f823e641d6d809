import type { Tensor } from "../../core/memory/tensor.ts";
import type { Shape } from "../../core/spec.ts";
import { reshape } from "../movement/reshape.ts";
import type { ConvolutionAttributes, ConvolutionAxis } from "./convolution.ts";
import { listAxes } from "./convolution.ts";
import type { DepthAttributes } from "./depth-attributes.ts";
import { foldDepth, unfoldDepth } from "./unfold-depth.ts";

/** A convolution of volumes as one of images: its attributes, and its operands in the other form, to and fro. */
export interface PlanarForm {
  readonly attrs: ConvolutionAttributes;
  toX(volumes: Tensor): Tensor;
  toY(volumes: Tensor): Tensor;
  toWeight(filters: Tensor): Tensor;
  fromX(images: Tensor): Tensor;
  fromY(images: Tensor): Tensor;
  fromWeight(filters: Tensor): Tensor;
}

/** The shapes [n, c, d, h, w], [o, c / groups, kd, kh, kw] and [n, o, d', h', w'] of one convolution. */
export interface VolumeShapes {
  readonly x: Shape;
  readonly weight: Shape;
  readonly y: Shape;
}

const isPoint = ({ stride, before, after }: ConvolutionAxis, taps: number): boolean =>
  taps === 1 && stride === 1 && before === 0 && after === 0;

/** [a, b, d, h, w] with two neighbouring dimensions as one. */
function mergeSizes([a, b, d, h, w]: Shape, merged: "depth" | "planes"): Shape {
  return merged === "depth" ? [a!, b!, d! * h!, w!] : [a!, b!, d!, h! * w!];
}

/** Views of the same memory: two dimensions, along which no window reaches beyond its position, are one. */
function mergeDimensions(
  shapes: VolumeShapes,
  attrs: ConvolutionAttributes,
  merged: "depth" | "planes",
): PlanarForm {
  const { stride, padding, dilation, groups } = attrs;
  const first = merged === "depth" ? 1 : 0;
  const two = <Item>(items: readonly Item[]): Item[] => items.slice(first, first + 2);
  const to = (shape: Shape) => (volumes: Tensor) => reshape(volumes, mergeSizes(shape, merged));
  const from = (shape: Shape) => (images: Tensor) => reshape(images, shape);
  return {
    attrs: { stride: two(stride), padding: two(padding), dilation: two(dilation), groups },
    toX: to(shapes.x),
    toY: to(shapes.y),
    toWeight: to(shapes.weight),
    fromX: from(shapes.x),
    fromY: from(shapes.y),
    fromWeight: from(shapes.weight),
  };
}

/** The planes as images, in which the taps of the depth are further channels: the products of a window are one sum. */
function unfoldPlanes({ x, weight, y }: VolumeShapes, attrs: ConvolutionAttributes): PlanarForm {
  const { stride, padding, dilation, groups } = attrs;
  const [o, c, taps, kh, kw] = weight as [number, number, number, number, number];
  const [depth, windows] = [x[2]!, y[2]!];
  const ofX: DepthAttributes = {
    depth,
    windows,
    taps,
    stride: stride[0]!,
    before: padding[0]![0],
    dilation: dilation[0]!,
  };
  const ofY: DepthAttributes = { depth: windows, windows, taps: 1, stride: 1, before: 0, dilation: 1 };
  return {
    attrs: { stride: stride.slice(1), padding: padding.slice(1), dilation: dilation.slice(1), groups },
    toX: (volumes) => unfoldDepth(volumes, ofX),
    toY: (volumes) => unfoldDepth(volumes, ofY),
    toWeight: (filters) => reshape(filters, [o, c * taps, kh, kw]),
    fromX: (images) => foldDepth(images, ofX),
    fromY: (images) => foldDepth(images, ofY),
    fromWeight: (filters) => reshape(filters, weight),
  };
}

/** The form that copies least: none where all windows lie along the depth or along the rows. */
export function findPlanarForm(shapes: VolumeShapes, attrs: ConvolutionAttributes): PlanarForm {
  const [isDepthPoint, isHeightPoint, isWidthPoint] = listAxes(attrs).map((axis, index) =>
    isPoint(axis, shapes.weight[2 + index]!),
  );
  if (isHeightPoint && isWidthPoint) return mergeDimensions(shapes, attrs, "planes");
  if (isDepthPoint && isHeightPoint) return mergeDimensions(shapes, attrs, "depth");
  return unfoldPlanes(shapes, attrs);
}
