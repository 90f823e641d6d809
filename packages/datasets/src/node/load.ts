import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import envPaths from "env-paths";
import type { PublishedFile, PublishedImages } from "../catalog.ts";
import { filesOf } from "../catalog.ts";
import { readIdxImages } from "../formats/idx.ts";
import type { ImageSet } from "../image-set.ts";
import type { DownloadOptions } from "./download.ts";
import { checkFile, download } from "./download.ts";

export interface LoadOptions extends DownloadOptions {
  /** A folder of data sets, each in a folder of its own. Default: the environment variable EVENKEEL_DATA. */
  readonly dataFolder?: string;
  /** Where downloads are kept. Default: the user's cache folder. */
  readonly cacheFolder?: string;
}

export interface LoadedImages {
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** Where the files were found. */
  readonly folder: string;
}

/** The folder that downloads go to, by the conventions of the operating system. */
export const defaultCacheFolder = (): string => envPaths("evenkeel", { suffix: "" }).cache;

/**
 * Loads a published image set: from the data folder, else from the cache, else by downloading it into the cache. Every
 * file's size and checksum is checked.
 *
 * Throws DataError for a damaged file (its path and both checksums), DownloadError when nothing can be reached.
 *
 * @example const { train, test } = await loadImages(fashionMnist);
 */
export async function loadImages(
  published: PublishedImages,
  options: LoadOptions = {},
): Promise<LoadedImages> {
  const folder = await locate(published, options);
  for (const file of filesOf(published)) await checkFile(join(folder, file.file), file);
  const [train, test] = await Promise.all([
    readPart(published, "train", folder),
    readPart(published, "test", folder),
  ]);
  return { train, test, folder };
}

async function locate(published: PublishedImages, options: LoadOptions): Promise<string> {
  const dataFolder = options.dataFolder ?? process.env.EVENKEEL_DATA;
  if (dataFolder !== undefined && dataFolder !== "") {
    const folder = join(dataFolder, published.folder);
    const missing = await missingFiles(published, folder);
    if (missing.length === 0) return folder;
    if (missing.length < filesOf(published).length) {
      const names = missing.map(({ file }) => file).join(", ");
      throw new DataError(`${folder}: found a part of ${published.name}, missing: ${names}`);
    }
  }
  const folder = join(options.cacheFolder ?? defaultCacheFolder(), published.folder);
  for (const file of await missingFiles(published, folder)) {
    await download(file, published.addresses, join(folder, file.file), options);
  }
  return folder;
}

async function missingFiles(published: PublishedImages, folder: string): Promise<PublishedFile[]> {
  const missing: PublishedFile[] = [];
  for (const file of filesOf(published)) {
    await access(join(folder, file.file)).catch(() => missing.push(file));
  }
  return missing;
}

async function readPart(
  published: PublishedImages,
  part: "train" | "test",
  folder: string,
): Promise<ImageSet> {
  const { images, labels } = published[part];
  return readIdxImages(
    { images: await readFile(join(folder, images.file)), labels: await readFile(join(folder, labels.file)) },
    { name: `${published.name} (${part})`, classes: published.classes },
  );
}
