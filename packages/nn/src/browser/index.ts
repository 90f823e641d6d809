export { downloadModel, load, save } from "./model-file.ts";
export { OpfsCheckpointStore } from "./opfs-checkpoint-store.ts";
export { OpfsLogStore } from "./opfs-log-store.ts";
export type { ProgressBarOptions } from "./progress-bar.ts";
export { ProgressBar } from "./progress-bar.ts";
