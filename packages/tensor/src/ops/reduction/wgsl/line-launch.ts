import type { Limits } from "../../../core/devices/backend.ts";
import type { FloatElements } from "../../../core/devices/float-elements.ts";
import type { WgslParameters } from "../../../core/devices/kernel-schema.ts";
import type { PlannedLaunch, RangeCheck, Slot } from "../../../core/devices/launch.ts";
import type { NamedParameters } from "../../../core/plans/plan-launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { workgroupLine } from "../../../core/plans/wgsl.ts";
import type { LineCut } from "./line-cut.ts";
import type { LineOperands, LineSchema, LineSetting, LineText } from "./line-kernel.wgsl.ts";
import { cutValues, lineKernel, plainElements, walkOf } from "./line-kernel.wgsl.ts";

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
export function lineLaunch<Operands extends LineOperands, Parameters extends WgslParameters>(
  entry: string,
  schema: LineSchema<Operands, Parameters>,
  cut: LineCut,
  { reads, writes, parameters, check }: LineValues<Operands, Parameters>,
  { limits, elements = plainElements }: LineTarget,
  textOf: (setting: LineSetting<keyof Operands & string>) => LineText,
): PlannedLaunch {
  const setting = { walk: walkOf(cut, limits), reads: present(reads), writes: present(writes), elements };
  return planLaunch(lineKernel(entry, schema, setting, textOf(setting)), {
    reads,
    writes,
    parameters: { ...cutValues(cut), ...parameters },
    work: { workgroups: workgroupLine(cut.blocks * cut.parts, limits) },
    check,
  });
}

const present = <Name extends string>(operands: { readonly [Key in Name]?: Slot | undefined }): Name[] =>
  (Object.keys(operands) as Name[]).filter((name) => operands[name] !== undefined);
