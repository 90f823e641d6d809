export { downloadModel, load, save } from "./model-file.ts";
export { OpfsCheckpointStore } from "./opfs-checkpoint-store.ts";
export { OpfsLogStore } from "./opfs-log-store.ts";
