import { access } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import { anything, checkOptions, checkValue, text } from "@evenkeel/tensor/checks";
import { removeAbandoned } from "@evenkeel/tensor/node";
import envPaths from "env-paths";
import type { PublishedFile, PublishedImages } from "../catalog.ts";
import type { ImageSet } from "../images/image-set.ts";
import type { DownloadOptions } from "../published/download-options.ts";
import { DownloadError, downloadRules } from "../published/download-options.ts";
import type { Parts, PublishedSet } from "../published/published-set.ts";
import { aPublishedSet, findParts, readParts, toPublishedSet } from "../published/published-set.ts";
import { download } from "./download.ts";
import { readPublishedFile } from "./published-file.ts";

export interface LoadOptions extends DownloadOptions {
  /** A folder with one folder for each data set. Default: the environment variable EVENKEEL_DATA. */
  readonly dataFolder?: string;
  /** The folder for downloads. Default: the user's cache folder. */
  readonly cacheFolder?: string;
}

export interface LoadPartsOptions<Part extends string> extends LoadOptions {
  /** The parts that are loaded, such as `["test"]`. Default: all. */
  readonly parts?: readonly Part[];
}

export interface LoadedImages {
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** The folder in which the files were found. */
  readonly folder: string;
}

/** The folder for downloads, by the conventions of the operating system. */
export const findDefaultCacheFolder = (): string => envPaths("evenkeel", { suffix: "" }).cache;

const loadRules = { ...downloadRules, dataFolder: text, cacheFolder: text };

/**
 * Loads a published image set from the data folder or the cache, or otherwise downloads it into the cache. The size and
 * checksum of every file are checked. A damaged file in the cache is downloaded again.
 *
 * Throws DownloadError if the set is not on this machine and cannot be downloaded, DataError if it is damaged or if it has no
 * address and is not on this machine, and ArgumentError for wrong options.
 *
 * @example const { train, test } = await loadImages(fashionMnist);
 */
export async function loadImages(
  published: PublishedImages,
  options: LoadOptions = {},
): Promise<LoadedImages> {
  checkValue("loadImages", published, aPublishedSet);
  checkOptions<LoadOptions>("loadImages", options, loadRules);
  const set = toPublishedSet<"train" | "test", ImageSet>(published);
  const { parts, folder } = await loadParts(set, ["train", "test"], options);
  return { ...parts, folder };
}

/**
 * Loads a published set, or parts of it, by name: from the data folder or the cache, or otherwise downloads it into the cache. The
 * size and checksum of every file are checked. A damaged file in the cache is downloaded again.
 *
 * Throws DownloadError if the set is not on this machine and cannot be downloaded, DataError if it is damaged or if it has no
 * address and is not on this machine, and ArgumentError for wrong options.
 *
 * @example const { train, test } = await loadPublished(trec);
 */
export function loadPublished(
  published: PublishedImages,
  options?: LoadPartsOptions<"train" | "test">,
): Promise<Parts<"train" | "test", ImageSet>>;
export function loadPublished<Part extends string, Set>(
  published: PublishedSet<Part, Set>,
  options?: LoadPartsOptions<Part>,
): Promise<Parts<Part, Set>>;
export async function loadPublished(
  published: PublishedImages | PublishedSet<string, unknown>,
  options: LoadPartsOptions<string> = {},
): Promise<Parts<string, unknown>> {
  checkValue("loadPublished", published, aPublishedSet);
  checkOptions<LoadPartsOptions<string>>("loadPublished", options, { ...loadRules, parts: anything });
  const { parts, ...rest } = options;
  const set = toPublishedSet(published);
  return (await loadParts(set, findParts("loadPublished", set, parts), rest)).parts;
}

async function loadParts<Part extends string, Set>(
  published: PublishedSet<Part, Set>,
  parts: readonly Part[],
  options: LoadOptions,
): Promise<{ readonly parts: Parts<Part, Set>; readonly folder: string }> {
  const {
    dataFolder = process.env.EVENKEEL_DATA ?? "",
    cacheFolder = findDefaultCacheFolder(),
    ...rest
  } = options;
  const files = parts.flatMap((part) => Object.values<PublishedFile>(published.parts[part]));
  const given = join(dataFolder, published.folder);
  if (dataFolder !== "" && (await holdsAll(published.name, files, given))) {
    const read = (file: PublishedFile) => readPublishedFile(join(given, file.file), file);
    return { parts: await readParts(published, parts, read), folder: given };
  }
  const folder = join(cacheFolder, published.folder);
  if (published.addresses.length === 0 && !(await holdsAll(published.name, files, folder))) {
    const places = dataFolder === "" ? [folder] : [given, folder];
    throw new DataError(
      `${published.name}: found none of its files, expected them in ${places.join(" or ")}: nobody serves this set, and EVENKEEL_DATA can name another folder for data`,
    );
  }
  await removeAbandoned(folder);
  const read = (file: PublishedFile) =>
    readOrDownload(file, published.addresses, join(folder, file.file), rest);
  return { parts: await readParts(published, parts, read), folder };
}

/** Throws DataError for a folder that has only some of the files. */
async function holdsAll(name: string, files: readonly PublishedFile[], folder: string): Promise<boolean> {
  const missing: string[] = [];
  for (const { file } of files) await access(join(folder, file)).catch(() => missing.push(file));
  if (missing.length === 0 || missing.length === files.length) return missing.length === 0;
  throw new DataError(`${folder}: found an incomplete ${name}, missing: ${missing.join(", ")}`);
}

async function readOrDownload(
  file: PublishedFile,
  addresses: readonly string[],
  path: string,
  options: DownloadOptions,
): Promise<Uint8Array> {
  try {
    return await readPublishedFile(path, file);
  } catch (damage) {
    if (addresses.length === 0) throw damage;
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    await download(file, addresses, path, options).catch((error) => {
      if (!isThere || !(error instanceof DownloadError)) throw error;
      throw new DataError(`${(damage as Error).message}, and ${error.message}`, { cause: error });
    });
    return readPublishedFile(path, file);
  }
}
