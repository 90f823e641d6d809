import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { MemoryLogStore } from "@evenkeel/nn";

/** An event as Google's protobuf library reads it. */
export interface ReadEvent {
  readonly wall_time: number;
  /** As text, because it has 64 bits; absent for 0. */
  readonly step?: string;
  readonly file_version?: string;
  readonly session_log?: { readonly status: number };
  readonly summary?: { readonly value: readonly ReadValue[] };
}

export interface ReadValue {
  readonly tag: string;
  readonly simple_value?: number | string;
  readonly image?: {
    readonly height: number;
    readonly width: number;
    readonly colorspace: number;
    /** In base64. */
    readonly encoded_image_string: string;
  };
  readonly histo?: { readonly [field: string]: number | readonly number[] };
  readonly tensor?: object;
  readonly metadata?: object;
  readonly hparams?: { readonly [field: string]: unknown };
}

/** A Python with Google's protobuf: the one in EVENKEEL_PYTHON, otherwise one on the PATH, otherwise the system's. */
const python = [process.env.EVENKEEL_PYTHON, "python3", "/usr/bin/python3"].find(
  (candidate) =>
    candidate !== undefined &&
    spawnSync(candidate, ["-c", "import google.protobuf"], { stdio: "ignore" }).status === 0,
);

/** If protobuf is required, its tests run even without it, and fail; otherwise they are skipped. */
export const skipWithoutProtobuf: boolean =
  python === undefined && !(process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("protobuf");

export const protobufTitle: string =
  python === undefined
    ? "event files (skipped: no Python with protobuf; EVENKEEL_PYTHON can name one)"
    : "event files";

/** The events of all files of a store, by the folders of the files; those of one folder in the order of the files' names. */
export async function readEvents(store: MemoryLogStore): Promise<Map<string, ReadEvent[]>> {
  if (python === undefined) {
    throw new Error("no Python with protobuf was found; EVENKEEL_PYTHON can name one");
  }
  const names = await store.list();
  const files = await Promise.all(
    names.map(async (name) => Buffer.from((await store.load(name))!).toString("base64")),
  );
  const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, "read_events.py")], {
    input: JSON.stringify(files),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`the reader of event files failed: ${stderr}`);
  const read = JSON.parse(stdout) as ReadEvent[][];
  const runs = new Map<string, ReadEvent[]>();
  names.forEach((name, index) => {
    const run = name.split("/").slice(0, -1).join("/");
    runs.set(run, [...(runs.get(run) ?? []), ...read[index]!]);
  });
  return runs;
}

/** The values of a tag, with their steps. */
export const listValues = (events: readonly ReadEvent[], tag: string): [step: number, value: ReadValue][] =>
  events.flatMap(({ step = "0", summary }) =>
    (summary?.value ?? [])
      .filter((value) => value.tag === tag)
      .map((value): [number, ReadValue] => [Number(step), value]),
  );

/** The scalars of a tag, with their steps. */
export const listScalars = (events: readonly ReadEvent[], tag: string): [step: number, value: number][] =>
  listValues(events, tag).map(([step, { simple_value }]) => [step, Number(simple_value)]);

export const listTags = (events: readonly ReadEvent[]): string[] => [
  ...new Set(events.flatMap(({ summary }) => (summary?.value ?? []).map(({ tag }) => tag))),
];
