export type { DownloadOptions } from "../published/download-options.ts";
export { DownloadError } from "../published/download-options.ts";
export { fetchPublishedFile } from "./fetch-file.ts";
export type { ChosenFile, ChosenFiles } from "./folders.ts";
export { walkFiles } from "./folders.ts";
export type { LoadPartsOptions } from "./load.ts";
export { loadPublished } from "./load.ts";
