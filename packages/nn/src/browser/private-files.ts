import { ArgumentError, StorageError } from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";

/**
 * A folder of the origin private file system, which is made where it is missing. Throws ArgumentError for what is no path, and
 * StorageError where the page has no such files.
 */
export const openFolder = (path: string): Promise<FileSystemDirectoryHandle> => walkTo(path, true);

/** A folder, or undefined where there is none. Throws as `openFolder`. */
export const findFolder = (path: string): Promise<FileSystemDirectoryHandle | undefined> =>
  orMissing(walkTo(path, false));

async function walkTo(path: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  const { storage } = navigator as { readonly storage?: StorageManager };
  if (typeof storage?.getDirectory !== "function") {
    throw new StorageError(
      `${path}: found no origin private file system, expected a secure page (https or localhost)`,
    );
  }
  let folder = await storage.getDirectory();
  for (const name of stepsOf(path)) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** A path as the folder that it lies in, and its last part. */
export function splitPath(path: string): [folder: string, name: string] {
  const steps = stepsOf(path);
  const name = steps.pop();
  if (name === undefined) throw new ArgumentError(`path: found ${describeValue(path)}, expected a file's`);
  return [steps.join("/"), name];
}

function stepsOf(path: string): string[] {
  const steps = typeof path === "string" ? path.split("/").filter((step) => step !== "") : [".."];
  if (steps.some((step) => step === "." || step === "..")) {
    throw new ArgumentError(`path: found ${describeValue(path)}, expected names with "/" between them`);
  }
  return steps;
}

/** Replaces a file: the browser keeps what is written beside it until it is whole. */
export async function writePrivateFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  parts: Iterable<Uint8Array>,
): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  if (typeof file.createWritable !== "function") {
    throw new StorageError(
      `${name}: could not be written: this browser cannot write such files (Safari can from version 26 on)`,
    );
  }
  const stream = await file.createWritable();
  try {
    for (const part of parts) await stream.write(part as Uint8Array<ArrayBuffer>);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => undefined);
    throw error;
  }
}

/** A file, or undefined where there is none. One that is empty was made and never written. */
export async function privateFile(
  folder: FileSystemDirectoryHandle | undefined,
  name: string,
): Promise<File | undefined> {
  if (folder === undefined) return undefined;
  const file = await orMissing(folder.getFileHandle(name).then((handle) => handle.getFile()));
  return file?.size === 0 ? undefined : file;
}

async function orMissing<Found>(finding: Promise<Found>): Promise<Found | undefined> {
  try {
    return await finding;
  } catch (error) {
    if ((error as DOMException).name === "NotFoundError") return undefined;
    throw error;
  }
}

const reasons: { readonly [name: string]: string } = {
  NotFoundError: "there is no such file",
  QuotaExceededError: "the room that the browser gives this site is used up",
  SecurityError: "the browser gives this page no files of its own",
  NotAllowedError: "the browser gives this page no files of its own",
  TypeMismatchError: "a folder stands at this name, or a file at a folder's",
};

/** What `body` does with a path; what fails is a StorageError that names it. */
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
