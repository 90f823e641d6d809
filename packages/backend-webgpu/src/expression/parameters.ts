import type { Expression, ExpressionLaunch, ScalarType } from "@evenkeel/tensor";
import { sizeOf } from "@evenkeel/tensor";
import type { ExpressionLayout, ReadKind } from "./layout.ts";
import { pointsOfInvocation } from "./layout.ts";

/** Invocations of a workgroup. */
export const workgroupSize = 64;

/** A member of the uniform struct of an expression kernel. */
export interface Parameter {
  readonly name: string;
  readonly type: "u32" | "i32" | "f32";
}

/** Whether an input of this kind is found by coordinates. */
export const needsStrides = (kind: ReadKind): boolean => kind !== "linear" && kind !== "single";

const axesOf = ({ walk, rank }: ExpressionLayout): number[] =>
  walk === "line" ? [] : Array.from({ length: rank }, (_, axis) => axis);

export const sizeName = (axis: number): string => `size${axis}`;
export const strideName = (read: number, axis: number): string => `stride${read}_${axis}`;
export const baseName = (read: number): string => `base${read}`;
export const scalarName = (index: number): string => `scalar${index}`;

const storedType = (type: ScalarType): Parameter["type"] => (type === "bool" ? "u32" : type);

/**
 * The members of the uniform struct, in order: the number of points, the workgroups in a row of the grid, `zero` (a 0
 * that the compiler cannot know), the sizes of the dimensions, the strides of each input that needs them or the first
 * word of one that is packed, and the scalars.
 */
export function parametersOf(expression: Expression, layout: ExpressionLayout): Parameter[] {
  const names = ["count", "width", "zero"];
  const axes = axesOf(layout);
  names.push(...axes.map(sizeName));
  layout.reads.forEach(({ kind, isPacked }, read) => {
    if (needsStrides(kind)) names.push(...axes.map((axis) => strideName(read, axis)));
    if (isPacked) names.push(baseName(read));
  });
  const scalars = expression.scalars.map((type, index) => ({
    name: scalarName(index),
    type: storedType(type),
  }));
  return [...names.map((name) => ({ name, type: "u32" as const })), ...scalars];
}

/** The values of the parameters, in their order; `bases` are the first words of the packed inputs. */
export function parameterValues(
  { shape, reads, scalars }: Pick<ExpressionLaunch<unknown, never>, "shape" | "reads" | "scalars">,
  layout: ExpressionLayout,
  width: number,
  bases: readonly (number | undefined)[] = [],
): number[] {
  const values = [sizeOf(shape), width, 0];
  if (layout.walk !== "line") values.push(...shape);
  layout.reads.forEach(({ kind, isPacked }, read) => {
    if (needsStrides(kind)) values.push(...reads[read]!.strides);
    if (isPacked) values.push(bases[read]!);
  });
  values.push(...scalars);
  return values;
}

/** The grid of workgroups for this many points, in several rows where one dimension is too small. */
export function gridOf(points: number, maxWorkgroups: number): [x: number, y: number, z: number] {
  const groups = Math.ceil(points / (pointsOfInvocation * workgroupSize));
  const rows = Math.ceil(groups / maxWorkgroups);
  return [Math.ceil(groups / rows), rows, 1];
}
