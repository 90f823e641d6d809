import type { Limits } from "../../../core/devices/backend.ts";
import type { FloatElements } from "../../../core/devices/float-elements.ts";
import type { WgslParameters } from "../../../core/devices/kernel-schema.ts";
import type { PlannedLaunch, RangeCheck, Slot } from "../../../core/devices/launch.ts";
import type { NamedParameters } from "../../../core/plans/plan-launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { foldWorkgroups } from "../../../core/plans/wgsl.ts";
import type { LineCut } from "./line-cut.ts";
import type { LineOperands, LineSchema, LineSetting, LineText } from "./line-kernel.wgsl.ts";
import { nameCutValues, plainElements, planWalk, writeLineKernel } from "./line-kernel.wgsl.ts";

/** The arguments of a launch over lines, by the names of the schema. */
export interface LineValues<Operands extends LineOperands, Parameters extends WgslParameters> {
  /** The operands that are present. */
  readonly reads: { readonly [Name in keyof Operands]?: Slot | undefined };
  readonly writes: { readonly [Name in keyof Operands]?: Slot | undefined };
  readonly parameters: NamedParameters<{ readonly parameters: Parameters }>;
  readonly check?: RangeCheck | undefined;
}

/** A device, and how it stores elements. Default: as kernels load them. */
export interface LineTarget {
  readonly limits: Limits;
  readonly elements?: FloatElements;
}

/** A launch over lines, of a kernel whose text is generated for the operands that are present. A wrong name does not compile. */
export function planLineLaunch<Operands extends LineOperands, Parameters extends WgslParameters>(
  entry: string,
  schema: LineSchema<Operands, Parameters>,
  cut: LineCut,
  { reads, writes, parameters, check }: LineValues<Operands, Parameters>,
  { limits, elements = plainElements }: LineTarget,
  writeText: (setting: LineSetting<keyof Operands & string>) => LineText,
): PlannedLaunch {
  const setting = {
    walk: planWalk(cut, limits),
    reads: listPresent(reads),
    writes: listPresent(writes),
    elements,
  };
  return planLaunch(writeLineKernel(entry, schema, setting, writeText(setting)), {
    reads,
    writes,
    parameters: { ...nameCutValues(cut), ...parameters },
    work: { workgroups: foldWorkgroups(cut.blocks * cut.parts, limits) },
    check,
  });
}

const listPresent = <Name extends string>(operands: { readonly [Key in Name]?: Slot | undefined }): Name[] =>
  (Object.keys(operands) as Name[]).filter((name) => operands[name] !== undefined);
