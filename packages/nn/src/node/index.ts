export { FolderCheckpointStore } from "./folder-checkpoint-store.ts";
export { load, save } from "./model-file.ts";
