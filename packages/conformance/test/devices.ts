import { describe, inject } from "vitest";
import { reasonToSkip } from "./webgpu/support.ts";

export type DeviceName = "cpu" | "webgpu";

/** Declares tests in the project for this device. Without a GPU, the tests for it are skipped, unless one is required. */
export function describeOn(device: DeviceName, title: string, body: () => void): void {
  if (inject("device") !== device) return;
  const reason = device === "webgpu" ? reasonToSkip : undefined;
  describe.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (skipped: ${reason})`, body);
}
