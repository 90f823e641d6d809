export { FolderCheckpointStore } from "./folder-checkpoint-store.ts";
export { FolderLogStore } from "./folder-log-store.ts";

export { Interruption, withInterruption } from "./interruption.ts";
export { load, save } from "./model-file.ts";
export type { ProgressBarOptions } from "./progress-bar.ts";
export { ProgressBar } from "./progress-bar.ts";
