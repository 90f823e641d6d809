import { StorageError } from "../checks/errors.ts";

const permission = {
  read: "there is no permission to read it",
  written: "there is no permission to write there",
};

function describeReason(code: string | undefined, action: "read" | "written"): string | undefined {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full";
    case "EFBIG":
      return "the file is larger than the file system allows";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return permission[action];
    case "ENOENT":
      return action === "read" ? "there is no such file" : undefined;
    default:
      return undefined;
  }
}

/** A StorageError that says what went wrong with a path and suggests a remedy. */
export function makeStorageError(
  path: string,
  error: unknown,
  action: "read" | "written" = "written",
): StorageError {
  if (error instanceof StorageError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new StorageError(`${path}: could not be ${action}: ${describeReason(code, action) ?? message}`, {
    cause: error,
  });
}
