export { makeFitOptions } from "./arms/fit-options.ts";
export { checkpointName } from "./arms/saved-arm.ts";
export { listBackends } from "./backends.ts";
export { type Command, parseCommand, type Verb } from "./command-line.ts";
export type { FigureRecord } from "./figures.ts";
export { formatTable } from "./format-table.ts";
export {
  type DownloadOptions,
  describeData,
  loadPublished,
  type PublishedData,
  syntheticName,
} from "./load-published.ts";
export { formatLoss, isDiverged } from "./loss.ts";
export { main, runTask } from "./main.ts";
export type { Surroundings } from "./open-backend.ts";
export { type Point, points } from "./points.ts";
export { objectOf, readRecord, writeRecord } from "./record.ts";
export {
  type CommonOptions,
  type LearningRates,
  listNames,
  makeCommonSettings,
  onlyWith,
  readChoice,
  readFolder,
  readPositiveNumber,
  readShare,
  readWholeNumber,
  type Setting,
  type Settings,
} from "./settings.ts";
export { computeStudentInterval } from "./student-interval.ts";
export type {
  AnyTask,
  Arm,
  ArmResult,
  Figure,
  PredictionRequest,
  RunResult,
  SavedArm,
  Session,
  Task,
  TaskData,
  TrainedArm,
} from "./task.ts";
