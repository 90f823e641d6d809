export type { DownloadOptions } from "./download.ts";
export { checkFile, DownloadError, download } from "./download.ts";
export type { LoadedImages, LoadOptions } from "./load.ts";
export { defaultCacheFolder, loadImages } from "./load.ts";
