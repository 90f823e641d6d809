import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";

/** A kernel that sums over slices of the batch: x and dy to as many gradients, one after the other. */
export interface Sums {
  readonly slices: number;
  launch(operands: SumsOperands): PlannedLaunch;
}

interface SumsOperands {
  readonly reads: { readonly source: Slot; readonly dy: Slot };
  readonly writes: { readonly sums: Slot };
}
