/** The parts of plans in WGSL. This is a separate entry, because it is loaded with them and not with the ops. */
export * from "./core/devices/float-elements.ts";
export type { WgslParameters } from "./core/devices/kernel-schema.ts";
export * from "./core/plans/wgsl.ts";
export { makePlanTable } from "./core/plans/widen-floats.ts";
export type { LineMap, Reducer } from "./ops/reduction/wgsl/fold.wgsl.ts";
export { planFold, planMap } from "./ops/reduction/wgsl/fold-plan.ts";
export type { LineCut, LineLayout } from "./ops/reduction/wgsl/line-cut.ts";
export { countValues, loadsInFlight, workgroupSize } from "./ops/reduction/wgsl/line-cut.ts";
export type { LineStates } from "./ops/reduction/wgsl/line-join.wgsl.ts";
export { writeJoin } from "./ops/reduction/wgsl/line-join.wgsl.ts";
export type {
  LineOperand,
  LineOperands,
  LineSchema,
  LineSetting,
  LineText,
  LineWalk,
} from "./ops/reduction/wgsl/line-kernel.wgsl.ts";
export {
  loadTile,
  mergeStates,
  rewind,
  storeStates,
  writeEach,
  writeTiles,
} from "./ops/reduction/wgsl/line-kernel.wgsl.ts";
export type { LineTarget, LineValues } from "./ops/reduction/wgsl/line-launch.ts";
export { planLineLaunch } from "./ops/reduction/wgsl/line-launch.ts";
export type { LineShape, LineTiles } from "./ops/reduction/wgsl/line-tiles.ts";
export { cutTiles, makeUncut, mostParts, tileLines } from "./ops/reduction/wgsl/line-tiles.ts";
