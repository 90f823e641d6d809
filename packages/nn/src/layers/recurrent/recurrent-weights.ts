import type { Backend, RandomSource, Shape } from "@evenkeel/tensor";
import { symmetric } from "../../initializers/init.ts";
import { Parameter } from "../../module/variable.ts";

/** The parameters of a cell: those of one direction of one layer. */
export interface CellWeights {
  /** [gates size, inputs]. */
  readonly inputWeight: Parameter;
  /** [gates size, outputs]. */
  readonly stateWeight: Parameter;
  /** [gates size]. */
  readonly inputBias: Parameter | undefined;
  readonly stateBias: Parameter | undefined;
  /** [outputs, size]. */
  readonly projection: Parameter | undefined;
}

/** The sizes of a cell. */
export interface CellSizes {
  readonly inputs: number;
  readonly size: number;
  readonly gates: number;
  readonly bias: boolean;
  readonly projSize?: number | undefined;
  readonly backend: Backend | undefined;
}

/** Draws all within 1 / sqrt(size), as PyTorch. */
export function drawCellWeights(
  { inputs, size, gates, bias, projSize, backend }: CellSizes,
  random: RandomSource,
): CellWeights {
  const draw = (shape: Shape, decayed: boolean): Parameter =>
    new Parameter(symmetric(shape, 1 / Math.sqrt(size), { ...random.next(), backend }), { decayed });
  return {
    inputWeight: draw([gates * size, inputs], true),
    stateWeight: draw([gates * size, projSize ?? size], true),
    inputBias: bias ? draw([gates * size], false) : undefined,
    stateBias: bias ? draw([gates * size], false) : undefined,
    projection: projSize === undefined ? undefined : draw([projSize, size], true),
  };
}

/** The parameters that are there, by PyTorch's names. */
export function listCellWeights(weights: CellWeights): [name: string, parameter: Parameter][] {
  const named = [
    ["weight_ih", weights.inputWeight],
    ["weight_hh", weights.stateWeight],
    ["bias_ih", weights.inputBias],
    ["bias_hh", weights.stateBias],
    ["weight_hr", weights.projection],
  ] as const;
  return named.flatMap(([name, parameter]) => (parameter ? [[name, parameter] as [string, Parameter]] : []));
}
