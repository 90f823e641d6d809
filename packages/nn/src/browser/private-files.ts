import { ArgumentError, StorageError } from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";

/**
 * A folder of the origin private file system, created if it is missing. Throws ArgumentError for an invalid path, and
 * StorageError if the page has no such file system.
 */
export const openFolder = (path: string): Promise<FileSystemDirectoryHandle> => walkTo(path, true);

/** A folder, or undefined if it does not exist. Throws the same errors as `openFolder`. */
export const findFolder = (path: string): Promise<FileSystemDirectoryHandle | undefined> =>
  catchMissing(walkTo(path, false));

async function walkTo(path: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  const { storage } = navigator as { readonly storage?: StorageManager };
  if (typeof storage?.getDirectory !== "function") {
    throw new StorageError(
      `${path}: found no origin private file system, expected a secure page (https or localhost)`,
    );
  }
  let folder = await storage.getDirectory();
  for (const name of listSteps(path)) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** The folder and the file name of a path. */
export function splitPath(path: string): [folder: string, name: string] {
  const steps = listSteps(path);
  const name = steps.pop();
  if (name === undefined)
    throw new ArgumentError(`path: found ${describeValue(path)}, expected the path of a file`);
  return [steps.join("/"), name];
}

function listSteps(path: string): string[] {
  const steps = typeof path === "string" ? path.split("/").filter((step) => step !== "") : [".."];
  if (steps.some((step) => step === "." || step === "..")) {
    throw new ArgumentError(`path: found ${describeValue(path)}, expected names separated by "/"`);
  }
  return steps;
}

/** Replaces a file: the browser writes to a temporary one until `close`. */
export async function writePrivateFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  parts: Iterable<Uint8Array>,
): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  await writeThrough(file, false, async (stream) => {
    for (const part of parts) await stream.write(part as Uint8Array<ArrayBuffer>);
  });
}

/** The part of a file's handle that only workers have. */
interface WorkerFileHandle {
  createSyncAccessHandle?(): Promise<{
    getSize(): number;
    write(bytes: Uint8Array, options: { readonly at: number }): number;
    flush(): void;
    close(): void;
  }>;
}

/** Adds bytes at the end of a file, which is made if it is missing: in place in a worker, in a copy elsewhere. */
export async function writeToEnd(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  const access = await (file as WorkerFileHandle).createSyncAccessHandle?.();
  if (access !== undefined) {
    try {
      access.write(bytes, { at: access.getSize() });
      access.flush();
    } finally {
      access.close();
    }
    return;
  }
  const { size } = await file.getFile();
  await writeThrough(file, true, (stream) =>
    stream.write({ type: "write", position: size, data: bytes as Uint8Array<ArrayBuffer> }),
  );
}

/** Writes to a temporary copy of a file, which replaces it when `body` has resolved. */
async function writeThrough(
  file: FileSystemFileHandle,
  keepExistingData: boolean,
  body: (stream: FileSystemWritableFileStream) => Promise<void>,
): Promise<void> {
  if (typeof file.createWritable !== "function") {
    throw new StorageError(
      `${file.name}: could not be written: this browser cannot write such files (Safari can from version 26 on)`,
    );
  }
  const stream = await file.createWritable({ keepExistingData });
  try {
    await body(stream);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => undefined);
    throw error;
  }
}

/** A file, or undefined if it does not exist or is empty: an empty file was created but never written. */
export async function findPrivateFile(
  folder: FileSystemDirectoryHandle | undefined,
  name: string,
): Promise<File | undefined> {
  if (folder === undefined) return undefined;
  const file = await catchMissing(folder.getFileHandle(name).then((handle) => handle.getFile()));
  return file?.size === 0 ? undefined : file;
}

async function catchMissing<Found>(finding: Promise<Found>): Promise<Found | undefined> {
  try {
    return await finding;
  } catch (error) {
    if ((error as DOMException).name === "NotFoundError") return undefined;
    throw error;
  }
}

const reasons: { readonly [name: string]: string } = {
  NotFoundError: "there is no such file",
  QuotaExceededError: "the storage that the browser allows this site is used up",
  SecurityError: "the browser does not allow this page to keep files",
  NotAllowedError: "the browser does not allow this page to keep files",
  TypeMismatchError: "there is a folder where a file is expected, or a file where a folder is",
};

/** Runs `body`; a DOMException becomes a StorageError that names the path. */
export async function withPath<Result>(
  path: string,
  action: "read" | "written",
  body: () => Promise<Result>,
): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const reason = reasons[error.name] ?? error.message;
    throw new StorageError(`${path}: could not be ${action}: ${reason}`, { cause: error });
  }
}
