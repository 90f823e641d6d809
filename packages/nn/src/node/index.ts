export { FolderCheckpointStore } from "./folder-checkpoint-store.ts";
