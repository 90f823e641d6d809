import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCommand } from "../src/command-line.ts";
import { writeRecord } from "../src/record.ts";
import { type RunRecord, readResumedRecord, saveRunRecord } from "../src/run/run-record.ts";
import { listNames } from "../src/settings.ts";
import { type LineOptions, lineTask } from "./line-task.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-record-"));
});
afterEach(() => rm(folder, { recursive: true }));

const path = (): string => join(folder, "options.json");
const started: RunRecord<LineOptions> = {
  task: "line",
  run: "name",
  options: parseCommand(lineTask, ["--epochs", "7", "--threads", "2"])!.options as LineOptions,
  data: { name: "synthetic", insteadOf: "rising" },
  backend: "cpu",
};
const resume = async (...args: string[]): Promise<RunRecord<LineOptions>> =>
  (await readResumedRecord(
    lineTask,
    folder,
    parseCommand(lineTask, ["--resume", ...args])!,
  )) as RunRecord<LineOptions>;

/** For each option the value that the run was started with, and a different one. */
const values: { readonly [Name in keyof LineOptions]: readonly [same: string, other: string] } = {
  dataset: ["rising", "synthetic"],
  slope: ["3", "2"],
  normalization: ["both", "batch"],
  epochs: ["7", "3"],
  learningRate: ["1e-1", "0.2"],
  seed: ["1", "2"],
  backend: ["auto", "webgpu"],
  threads: ["2", "1"],
};

describe("--resume", () => {
  it("continues with the options, the data and the backend of the run", async () => {
    await saveRunRecord(folder, started);
    expect(await resume()).toEqual(started);
    expect(await resume("--threads", "1")).toEqual({
      ...started,
      options: { ...started.options, threads: 1 },
    });
  });

  it.each(listNames(lineTask.settings))(
    "keeps %s, or refuses another value in an error that names it",
    async (name) => {
      await saveRunRecord(folder, started);
      const [same, other] = values[name];
      const flag = `--${lineTask.settings[name].flag}`;
      expect((await resume(flag, same)).options[name]).toBe(started.options[name]);
      if (name === "threads") {
        expect((await resume(flag, other)).options.threads).toBe(Number(other));
        return;
      }
      const refused = resume(flag, other);
      await expect(refused).rejects.toThrow(ArgumentError);
      await expect(refused).rejects.toThrow(
        `${flag}: found ${other}, expected ${started.options[name]}, the value of the interrupted run`,
      );
    },
  );

  it("requires a run", async () => {
    await expect(resume()).rejects.toThrow(`--resume: found no options.json in ${folder}`);
  });
});

describe("the record of a run", () => {
  it.each([
    ["{}", "the file is damaged"],
    ["null", "found null, expected an object"],
    ["[]", "found [], expected an object"],
    ["{", "found invalid JSON"],
    [JSON.stringify(started), "the file is damaged"],
  ])("is refused as %s", async (text, message) => {
    await writeFile(path(), text);
    await expect(resume()).rejects.toThrow(DataError);
    await expect(resume()).rejects.toThrow(message);
  });

  it.each<[object, string]>([
    [{ ...started, options: { ...started.options, epochs: -1 } }, "options.json: options: found an object"],
    // A run of an older version lacks an option that was added since.
    [
      { ...started, options: { ...started.options, epochs: undefined } },
      "options.json: options: found an object",
    ],
    [{ ...started, data: { name: 3, insteadOf: null } }, "options.json: data: found an object"],
    [
      { ...started, task: "other" },
      'options.json: task: found "other", expected line, the task of this program',
    ],
    [{ ...started, backend: 3 }, "options.json: backend: found 3, expected a string"],
    [{ ...started, more: 1 }, "options.json: more: found 1, expected no such field"],
  ])("is rejected with invalid fields, even if its checksum is right: %j", async (record, message) => {
    await writeRecord(path(), record);
    await expect(resume()).rejects.toThrow(message);
  });

  it("is rejected or read unchanged if any bit is flipped or any part is missing", async () => {
    await saveRunRecord(folder, started);
    const bytes = await readFile(path());
    const damaged = [...bytes.keys()].flatMap((at) => {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      return [flipped, bytes.subarray(0, at)];
    });
    let refused = 0;
    for (const contents of damaged) {
      await writeFile(path(), contents);
      const read = await resume().catch((error: unknown) => error);
      if (read instanceof DataError) refused++;
      else expect(read).toEqual(started);
    }
    expect(refused).toBeGreaterThan(0.9 * damaged.length);
    expect(await readdir(folder)).toEqual(["options.json"]);
  });
});
