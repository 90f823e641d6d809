import type { Expression, ExpressionLaunch, ParameterType, ScalarType } from "@evenkeel/tensor";
import { countElements } from "@evenkeel/tensor";
import type { ExpressionLayout, ReadKind } from "./layout.ts";
import { pointsOfInvocation } from "./layout.ts";

/** Invocations of a workgroup. */
export const workgroupSize = 64;

/** The source of a launch's parameters. */
export interface ExpressionCall
  extends Pick<ExpressionLaunch<unknown, never>, "shape" | "reads" | "scalars"> {
  /** Workgroups in a row of the grid. */
  readonly width: number;
  /** The first words of the inputs that are packed. */
  readonly bases: readonly (number | undefined)[];
}

/** A parameter of an expression's kernel, and its value for a launch. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  valueIn(call: ExpressionCall): number;
}

/** Whether an input of this kind is found by coordinates. */
export const needsStrides = (kind: ReadKind): boolean => kind !== "linear" && kind !== "single";

const listAxes = ({ walk, rank }: ExpressionLayout): number[] =>
  walk === "line" ? [] : Array.from({ length: rank }, (_, axis) => axis);

export const nameSize = (axis: number): string => `size${axis}`;
export const nameStride = (read: number, axis: number): string => `stride${read}_${axis}`;
export const nameBase = (read: number): string => `base${read}`;
export const nameScalar = (index: number): string => `scalar${index}`;

const getStoredType = (type: ScalarType): ParameterType => (type === "bool" ? "u32" : type);

/**
 * The number of points, the workgroups in a row of the grid, `zero` (a 0 that the compiler cannot know), the sizes of the
 * dimensions, the strides of each input that needs them or the first word of one that is packed, and the scalars.
 */
export function listParameters(expression: Expression, layout: ExpressionLayout): Parameter[] {
  const word = (name: string, valueIn: Parameter["valueIn"]): Parameter => ({ name, type: "u32", valueIn });
  const axes = listAxes(layout);
  return [
    word("count", ({ shape }) => countElements(shape)),
    word("width", ({ width }) => width),
    word("zero", () => 0),
    ...axes.map((axis) => word(nameSize(axis), ({ shape }) => shape[axis]!)),
    ...layout.reads.flatMap(({ kind, isPacked }, read) => [
      ...(needsStrides(kind) ? axes : []).map((axis) =>
        word(nameStride(read, axis), ({ reads }) => reads[read]!.strides[axis]!),
      ),
      ...(isPacked ? [word(nameBase(read), ({ bases }) => bases[read]!)] : []),
    ]),
    ...expression.scalars.map((type, index) => ({
      name: nameScalar(index),
      type: getStoredType(type),
      valueIn: ({ scalars }: ExpressionCall) => scalars[index]!,
    })),
  ];
}

/** The grid of workgroups for this many points, in several rows where one dimension is too small. */
export function foldPoints(points: number, maxWorkgroups: number): [x: number, y: number, z: number] {
  const groups = Math.ceil(points / (pointsOfInvocation * workgroupSize));
  const rows = Math.ceil(groups / maxWorkgroups);
  return [Math.ceil(groups / rows), rows, 1];
}
