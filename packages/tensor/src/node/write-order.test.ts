import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeFileAtomically } from "./write-file.ts";

/** What was asked of the file system, in order, and below which folder. */
const journal = vi.hoisted(() => ({ steps: [] as string[], folder: "" }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:fs/promises")>();
  const note = (step: string, path: unknown) => {
    const name = relative(journal.folder, String(path)) || ".";
    journal.steps.push(`${step} ${name.replace(/[^/]+\.partial$/, "temporary")}`);
  };
  return {
    ...original,
    open: async (...args: Parameters<typeof original.open>) => {
      const file = await original.open(...args);
      const sync = file.sync.bind(file);
      file.sync = () => {
        note("sync", args[0]);
        return sync();
      };
      return file;
    },
    rename: (from: string, to: string) => {
      note("rename to", to);
      return original.rename(from, to);
    },
  };
});

beforeEach(async () => {
  journal.folder = await mkdtemp(join(tmpdir(), "write-order-"));
  journal.steps = [];
});

afterEach(() => rm(journal.folder, { recursive: true }));

test.skipIf(process.platform === "win32")(
  "a file is on the disk before it has its name, and so is every folder before the call ends",
  async () => {
    await writeFileAtomically(join(journal.folder, "a/b/file"), "new");
    expect(journal.steps).toEqual([
      "sync a/b/temporary",
      "rename to a/b/file",
      "sync a/b",
      "sync a",
      "sync .",
    ]);
    journal.steps = [];
    await writeFileAtomically(join(journal.folder, "a/b/file"), "newer");
    expect(journal.steps).toEqual(["sync a/b/temporary", "rename to a/b/file", "sync a/b"]);
  },
);
