import { DataError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { anything, callable, checkOptions, checkValue, nullOr } from "@evenkeel/tensor/checks";
import type { PublishedFile, PublishedImages } from "../catalog.ts";
import type { ImageSet } from "../images/image-set.ts";
import type { DownloadOptions } from "../published/download-options.ts";
import { downloadRules } from "../published/download-options.ts";
import type { Parts, PublishedSet } from "../published/published-set.ts";
import { aPublishedSet, findParts, readParts, toPublishedSet } from "../published/published-set.ts";
import { fetchPublishedFile } from "./fetch-file.ts";
import { openDefaultCache, readCached, writeCached } from "./file-cache.ts";
import type { ChosenFiles } from "./folders.ts";
import { walkFiles } from "./folders.ts";
import { checkContents } from "./verify.ts";

export interface LoadPartsOptions<Part extends string> extends DownloadOptions {
  /** The parts that are loaded, such as `["test"]`. Default: all. */
  readonly parts?: readonly Part[];
  /** Files or a folder that the user has chosen, which take precedence if they contain the set. */
  readonly files?: ChosenFiles;
  /** The folder for downloads, or null for none. Default: one in the origin private file system. */
  readonly cacheFolder?: FileSystemDirectoryHandle | null;
  /** Called with a message if a file cannot be kept, such as when storage is full. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

const aFolder: Rule = {
  expected: "the handle of a folder",
  accepts: (value) => typeof value === "object" && value !== null && "getFileHandle" in value,
};

/**
 * Loads a published set, or parts of it, by name: from files that the user has chosen or from the cache, or otherwise fetches it into the
 * cache. The size and checksum of every file are checked. A damaged file in the cache is fetched again.
 *
 * Throws DownloadError if the set is not in this browser and cannot be fetched, DataError if it is damaged, and ArgumentError for wrong
 * options.
 *
 * @example const { train, test } = await loadPublished(trec, { onProgress: (file, bytes, totalBytes) => console.log(file, bytes / totalBytes) });
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
  const rules = { parts: anything, files: anything, cacheFolder: nullOr(aFolder), onWarning: callable };
  checkOptions<LoadPartsOptions<string>>("loadPublished", options, { ...downloadRules, ...rules });
  const set = toPublishedSet(published);
  const parts = findParts("loadPublished", set, options.parts);
  const files = parts.flatMap((part) => Object.values<PublishedFile>(set.parts[part]!));
  const chosen = options.files === undefined ? undefined : await findChosen(set.name, files, options.files);
  if (chosen !== undefined) return readParts(set, parts, (file) => readChosen(chosen, file));
  const cache = await openFolder(set.folder, options);
  return readParts(set, parts, (file) => readOrFetch(file, set.addresses, cache, options));
}

/** The chosen files by name; undefined if the set is not among them. Throws DataError if only a part of it is. */
async function findChosen(
  name: string,
  files: readonly PublishedFile[],
  chosen: ChosenFiles,
): Promise<ReadonlyMap<string, File> | undefined> {
  const found = new Map<string, File>();
  for await (const { path, file } of walkFiles(chosen)) {
    const published = files.find((published) => getName(published.file) === getName(path));
    if (published === undefined) continue;
    // Files of other sets may have the same name.
    if (!found.has(published.file) || file.size === published.bytes) found.set(published.file, file);
  }
  const missing = files.filter(({ file }) => !found.has(file)).map(({ file }) => file);
  if (missing.length === files.length) return undefined;
  if (missing.length === 0) return found;
  throw new DataError(`the chosen files: found an incomplete ${name}, missing: ${missing.join(", ")}`);
}

/** Lists of chosen files need not have their folders. */
const getName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

async function readChosen(chosen: ReadonlyMap<string, File>, published: PublishedFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(await chosen.get(published.file)!.arrayBuffer());
  await checkContents(published.file, bytes, published);
  return bytes;
}

async function openFolder(
  name: string,
  { cacheFolder }: LoadPartsOptions<string>,
): Promise<FileSystemDirectoryHandle | undefined> {
  if (cacheFolder === null) return undefined;
  const folder = cacheFolder ?? (await openDefaultCache());
  return folder?.getDirectoryHandle(name, { create: true });
}

async function readOrFetch(
  published: PublishedFile,
  addresses: readonly string[],
  cache: FileSystemDirectoryHandle | undefined,
  options: LoadPartsOptions<string>,
): Promise<Uint8Array> {
  const cached = cache && (await readCached(cache, published));
  if (cached !== undefined) return cached;
  if (addresses.length === 0) {
    throw new DataError(
      `${published.file}: found it nowhere, expected it among the chosen files, because nobody serves its set`,
    );
  }
  const { onProgress, timeoutMilliseconds, signal, onWarning = console.warn } = options;
  const bytes = await fetchPublishedFile(published, addresses, { onProgress, timeoutMilliseconds, signal });
  try {
    if (cache !== undefined) await writeCached(cache, published, bytes);
  } catch (error) {
    onWarning(
      `loadPublished: ${published.file}: could not be kept for the next time: ${(error as Error).message}`,
    );
  }
  return bytes;
}
