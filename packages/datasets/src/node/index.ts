export { DownloadError } from "./answer.ts";
export type { DownloadOptions } from "./download.ts";
export { download } from "./download.ts";
export type { LoadedImages, LoadOptions, LoadPartsOptions } from "./load.ts";
export { findDefaultCacheFolder, loadImages, loadPublished } from "./load.ts";
export { readPublishedFile } from "./published-file.ts";
