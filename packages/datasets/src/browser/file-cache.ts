import type { PublishedFile } from "../catalog.ts";
import { checkContents } from "./verify.ts";

/** The folder in the origin private file system in which downloads are kept. */
const cacheName = "evenkeel-datasets";

/** The default folder for downloads; undefined if the page or the browser does not allow one. */
export async function openDefaultCache(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await (navigator as Partial<Navigator>).storage?.getDirectory?.();
    return await root?.getDirectoryHandle(cacheName, { create: true });
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

/** Opens a file by its path. */
async function openFile(
  folder: FileSystemDirectoryHandle,
  path: string,
  options: FileSystemGetFileOptions,
): Promise<FileSystemFileHandle> {
  const names = path.split("/");
  let inner = folder;
  for (const name of names.slice(0, -1)) inner = await inner.getDirectoryHandle(name, options);
  return inner.getFileHandle(names.at(-1)!, options);
}

/** A file of the cache; undefined if it is not there, cannot be read, or is damaged. */
export async function readCached(
  folder: FileSystemDirectoryHandle,
  published: PublishedFile,
): Promise<Uint8Array | undefined> {
  try {
    const file = await (await openFile(folder, published.file, {})).getFile();
    if (file.size !== published.bytes) return undefined;
    const bytes = new Uint8Array(await file.arrayBuffer());
    await checkContents(published.file, bytes, published);
    return bytes;
  } catch {
    return undefined;
  }
}

/** Replaces a file of the cache: the browser writes to a temporary one until `close`. */
export async function writeCached(
  folder: FileSystemDirectoryHandle,
  { file }: PublishedFile,
  bytes: Uint8Array,
): Promise<void> {
  const stream = await (await openFile(folder, file, { create: true })).createWritable();
  try {
    await stream.write(bytes as Uint8Array<ArrayBuffer>);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => undefined);
    throw error;
  }
}
