export { DownloadError } from "./answer.ts";
export type { DownloadOptions } from "./download.ts";
export { download } from "./download.ts";
export type { LoadedImages, LoadOptions } from "./load.ts";
export { findDefaultCacheFolder, loadImages } from "./load.ts";
export { readPublishedFile } from "./published-file.ts";
