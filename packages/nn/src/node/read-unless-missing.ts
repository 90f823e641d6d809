import { StorageError } from "@evenkeel/tensor";

/** The result of the reading, or `missing` where there is no such file or folder. */
export async function readUnlessMissing<Found, Missing>(
  reading: Promise<Found>,
  missing: Missing,
): Promise<Found | Missing> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StorageError && (error.cause as NodeJS.ErrnoException).code === "ENOENT")
      return missing;
    throw error;
  }
}
