import { access } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, text } from "@evenkeel/tensor/checks";
import { removeAbandoned } from "@evenkeel/tensor/node";
import envPaths from "env-paths";
import type { PublishedFile, PublishedImages } from "../catalog.ts";
import { listFiles } from "../catalog.ts";
import { readIdxImages } from "../formats/idx.ts";
import type { ImageSet } from "../images/image-set.ts";
import { DownloadError } from "./answer.ts";
import type { DownloadOptions } from "./download.ts";
import { download, downloadRules } from "./download.ts";
import { readPublishedFile } from "./published-file.ts";

export interface LoadOptions extends DownloadOptions {
  /** A folder with one folder for each data set. Default: the environment variable EVENKEEL_DATA. */
  readonly dataFolder?: string;
  /** The folder for downloads. Default: the user's cache folder. */
  readonly cacheFolder?: string;
}

export interface LoadedImages {
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** The folder in which the files were found. */
  readonly folder: string;
}

/** The folder for downloads, by the conventions of the operating system. */
export const findDefaultCacheFolder = (): string => envPaths("evenkeel", { suffix: "" }).cache;

const publishedImages: Rule = {
  expected: "a published set, such as fashionMnist",
  accepts: (value) =>
    typeof value === "object" && value !== null && "folder" in value && "addresses" in value,
};

/**
 * Loads a published image set from the data folder or the cache, or otherwise downloads it into the cache. The size and
 * checksum of every file are checked. A damaged file in the cache is downloaded again.
 *
 * Throws DownloadError if the set is not on this machine and cannot be downloaded, DataError if it is damaged, and
 * ArgumentError for wrong options.
 *
 * @example const { train, test } = await loadImages(fashionMnist);
 */
export async function loadImages(
  published: PublishedImages,
  options: LoadOptions = {},
): Promise<LoadedImages> {
  checkValue("loadImages", published, publishedImages);
  checkOptions<LoadOptions>("loadImages", options, { ...downloadRules, dataFolder: text, cacheFolder: text });
  const {
    dataFolder = process.env.EVENKEEL_DATA ?? "",
    cacheFolder = findDefaultCacheFolder(),
    ...rest
  } = options;
  const given = join(dataFolder, published.folder);
  if (dataFolder !== "" && (await holdsAll(published, given))) {
    return readParts(published, given, (file) => readPublishedFile(join(given, file.file), file));
  }
  const folder = join(cacheFolder, published.folder);
  await removeAbandoned(folder);
  return readParts(published, folder, (file) =>
    readOrDownload(file, published.addresses, join(folder, file.file), rest),
  );
}

/** Throws DataError for a folder that has only some of the files. */
async function holdsAll(published: PublishedImages, folder: string): Promise<boolean> {
  const files = listFiles(published);
  const missing: string[] = [];
  for (const { file } of files) await access(join(folder, file)).catch(() => missing.push(file));
  if (missing.length === 0 || missing.length === files.length) return missing.length === 0;
  throw new DataError(`${folder}: found an incomplete ${published.name}, missing: ${missing.join(", ")}`);
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

async function readParts(
  published: PublishedImages,
  folder: string,
  read: (file: PublishedFile) => Promise<Uint8Array>,
): Promise<LoadedImages> {
  const readPart = async (part: "train" | "test"): Promise<ImageSet> =>
    readIdxImages(
      { images: await read(published[part].images), labels: await read(published[part].labels) },
      { name: `${published.name} (${part})`, classes: published.classes },
    );
  return { train: await readPart("train"), test: await readPart("test"), folder };
}
