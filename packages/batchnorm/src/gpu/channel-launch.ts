import type { DType, Limits, PlannedLaunch } from "@evenkeel/tensor";
import type {
  LineCut,
  LineOperands,
  LineSchema,
  LineSetting,
  LineText,
  LineValues,
  WgslParameters,
} from "@evenkeel/tensor/wgsl";
import { countValues, makeFloatElements, planLineLaunch } from "@evenkeel/tensor/wgsl";

/** The dtype of tensors, and the limits of the device. */
export interface ChannelTarget {
  readonly dtype: DType;
  readonly limits: Limits;
}

/** A launch over channels, of tensors of this dtype. */
export function planChannelLaunch<Operands extends LineOperands, Parameters extends WgslParameters>(
  entry: string,
  schema: LineSchema<Operands, Parameters>,
  cut: LineCut,
  values: LineValues<Operands, Parameters>,
  { dtype, limits }: ChannelTarget,
  writeText: (setting: LineSetting<keyof Operands & string>) => LineText,
): PlannedLaunch {
  const elements = makeFloatElements(dtype, countValues(cut.layout), limits);
  return planLineLaunch(entry, schema, cut, values, { limits, elements }, writeText);
}
