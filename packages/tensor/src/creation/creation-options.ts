import type { Rules } from "../checks/rules.ts";
import { aBackend } from "../checks/rules.ts";
import type { Backend } from "../core/devices/backend.ts";
import type { DType } from "../expression/dtype.ts";
import { aDType } from "../expression/dtype-kinds.ts";

export interface CreationOptions {
  /** Default: f32. */
  readonly dtype?: DType;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

export const creationRules: Rules<CreationOptions> = {
  dtype: aDType,
  backend: aBackend,
};
