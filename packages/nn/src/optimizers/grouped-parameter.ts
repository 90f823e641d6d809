import type { Parameter } from "../module/variable.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { CompiledRule } from "./compiled-rule.ts";

/** A parameter and its path in the model. */
export interface NamedParameter {
  readonly name: string;
  readonly parameter: Parameter;
}

/** How the parameters of an arena are updated. */
export interface GroupSettings {
  readonly weightDecay: number;
  /** A factor for the learning rate. */
  readonly learningRateScale: number;
}

/** A parameter and how it is updated. */
export interface GroupedParameter extends NamedParameter {
  readonly settings: GroupSettings;
  /** A further factor for the learning rate, of the updates that the parameter has had. */
  readonly schedule: Schedule | undefined;
  readonly rule: CompiledRule;
}
