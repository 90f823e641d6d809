import { crc32, inflateSync } from "node:zlib";
import { MemoryLogStore } from "@evenkeel/nn";
import { ArgumentError, ShapeError, StorageError, tensor } from "@evenkeel/tensor";
import { SummaryWriter } from "@evenkeel/tensorboard";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";
import {
  listScalars,
  listValues,
  protobufTitle,
  type ReadValue,
  readEvents,
  skipWithoutProtobuf,
} from "./read-events.ts";

onCpu();

/** The events of what `body` writes, in the run at the root. */
async function write(body: (writer: SummaryWriter) => Promise<void>) {
  const store = new MemoryLogStore();
  const writer = new SummaryWriter({ store });
  await body(writer);
  await writer.close();
  return (await readEvents(store)).get("")!;
}

/** The size and the bytes of a PNG file of 8 bits whose rows are not filtered. */
function decodePng({ image }: ReadValue) {
  const png = Buffer.from(image!.encoded_image_string, "base64");
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const data = png.subarray(at + 4, at + 8 + length);
    expect(crc32(data)).toBe(png.readUInt32BE(at + 8 + length));
    chunks.set(data.toString("latin1", 0, 4), data.subarray(4));
    at += 12 + length;
  }
  const header = chunks.get("IHDR")!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const rows = inflateSync(chunks.get("IDAT")!);
  const rowBytes = rows.length / height;
  const bytes = [...rows].filter((_, at) => at % rowBytes !== 0);
  expect([...rows].filter((_, at) => at % rowBytes === 0)).toEqual(new Array(height).fill(0));
  return { width, height, depth: header[8], colorType: header[9], bytes };
}

describe.skipIf(skipWithoutProtobuf)(protobufTitle, () => {
  test("begin with their version and have scalars with their steps and times", async () => {
    const before = Date.now() / 1000;
    const values = [0.5, -1e-30, 1e300, Number.NaN, -Infinity, 0];
    const events = await write(async (writer) => {
      for (const [step, value] of values.entries()) await writer.addScalar("loss", value, step * 1e12);
    });
    expect(events[0]).toMatchObject({ file_version: "brain.Event:2" });
    for (const { wall_time } of events) {
      expect(wall_time).toBeGreaterThanOrEqual(before);
      expect(wall_time).toBeLessThanOrEqual(Date.now() / 1000);
    }
    expect(listScalars(events, "loss").map(([step]) => step)).toEqual(values.map((_, step) => step * 1e12));
    const found = listValues(events, "loss").map(([, { simple_value = 0 }]) => simple_value);
    expect(found.slice(2)).toEqual(["Infinity", "NaN", "-Infinity", 0]);
    expect(Math.fround(found[0] as number)).toBe(0.5);
    expect(Math.fround(found[1] as number)).toBe(Math.fround(-1e-30));
  });

  test("have texts, of any characters and longer than a byte can count", async () => {
    const long = `**${"ä€𝄞".repeat(100)}**`;
    const events = await write((writer) => writer.addText("notes/näher", long, 3));
    expect(listValues(events, "notes/näher")).toEqual([
      [
        3,
        {
          tag: "notes/näher",
          metadata: { plugin_data: { plugin_name: "text" } },
          tensor: {
            dtype: 7,
            tensor_shape: { dim: [{ size: "1" }] },
            string_val: [Buffer.from(long).toString("base64")],
          },
        },
      ],
    ]);
  });

  test("have images of bytes and of numbers, from arrays and from tensors", async () => {
    const bytes = Uint8Array.of(0, 10, 20, 30, 40, 50, 1, 11, 21, 31, 41, 51, 2, 12, 22, 32, 42, 52);
    const shares = Float32Array.of(0, 1, 0.5, -3, 7, Number.NaN);
    const events = await write(async (writer) => {
      await writer.addImage("colors", { data: bytes, shape: [3, 2, 3] }, 0);
      await writer.addImage("gray", { data: shares, shape: [2, 3] }, 1);
      await writer.addImage("tensor", tensor([[[0, 1]], [[1, 0.2]]]), 2);
    });
    const [[, colors]] = listValues(events, "colors") as [[number, ReadValue]];
    expect(colors.image).toMatchObject({ height: 2, width: 3, colorspace: 3 });
    const interleaved = Array.from({ length: 18 }, (_, at) => 10 * Math.floor(at / 3) + (at % 3));
    expect(decodePng(colors)).toEqual({ width: 3, height: 2, depth: 8, colorType: 2, bytes: interleaved });
    const [[, gray]] = listValues(events, "gray") as [[number, ReadValue]];
    expect(decodePng(gray).bytes).toEqual([0, 255, 128, 0, 255, 0]);
    const [[step, withAlpha]] = listValues(events, "tensor") as [[number, ReadValue]];
    expect([step, withAlpha.image!.colorspace]).toEqual([2, 2]);
    expect(decodePng(withAlpha).bytes).toEqual([0, 255, 255, 51]);
  });

  test("have histograms of arrays, of tensors and of counts", async () => {
    const values = Array.from({ length: 61 }, (_, index) => index / 2);
    const events = await write(async (writer) => {
      await writer.addHistogram("array", [...values, Number.NaN], 0);
      await writer.addHistogram("tensor", tensor(values), 1);
      await writer.addHistogram("nothing", [Infinity], 2);
      const histogram = { minimum: 0, maximum: 2, count: 3, sum: 4, sumOfSquares: 5 };
      await writer.addHistogram("own", { ...histogram, limits: [1, 2], counts: [0, 3] }, 3);
    });
    const expected = {
      ...{ min: 0, max: 30, num: 61, sum: 915, sum_squares: 18452.5 },
      bucket: [...new Array(29).fill(2), 3],
    };
    for (const tag of ["array", "tensor"]) {
      const [[, { histo }]] = listValues(events, tag) as [[number, ReadValue]];
      expect({ ...histo, bucket_limit: undefined }).toEqual({ ...expected, min: undefined });
      (histo!.bucket_limit as number[]).forEach((limit, bucket) => {
        expect(limit).toBeCloseTo(bucket + 1, 12);
      });
    }
    expect(listValues(events, "nothing")).toEqual([]);
    expect(listValues(events, "own")[0]![1].histo).toEqual({
      ...{ max: 2, num: 3, sum: 4, sum_squares: 5 },
      bucket_limit: [1, 2],
      bucket: [0, 3],
    });
  });

  test("have the settings of a run, the metrics to compare, and how the run ended", async () => {
    const events = await write(async (writer) => {
      const metrics = [{ tag: "loss", group: "validation" }, { tag: "accuracy" }];
      await writer.addHparams({ rate: 0.1, optimizer: "SGD", nesterov: true }, metrics);
      await writer.endHparams("success");
    });
    const time = expect.any(Number);
    const [experiment, start, end] = ["experiment", "session_start_info", "session_end_info"].map(
      (name) => listValues(events, `_hparams_/${name}`)[0]![1],
    );
    expect(experiment!.metadata).toMatchObject({ plugin_data: { plugin_name: "hparams" } });
    expect(experiment!.hparams).toEqual({
      experiment: {
        time_created_secs: time,
        hparam_infos: [
          { name: "rate", type: 3 },
          { name: "optimizer", type: 1 },
          { name: "nesterov", type: 2 },
        ],
        metric_infos: [{ name: { group: "validation", tag: "loss" } }, { name: { tag: "accuracy" } }],
      },
    });
    expect(start!.hparams).toEqual({
      session_start_info: {
        start_time_secs: time,
        hparams: [
          { key: "rate", value: 0.1 },
          { key: "optimizer", value: "SGD" },
          { key: "nesterov", value: true },
        ],
      },
    });
    expect(end!.hparams).toEqual({ session_end_info: { status: 1, end_time_secs: time } });
  });

  test("are in the folder of their run, in the order of the calls, and void those of earlier files", async () => {
    const store = new MemoryLogStore();
    const first = new SummaryWriter({ store, run: "train", flushSeconds: 0 });
    // Nothing is awaited, and the histogram is read from the device.
    const all = [1, 2, 3].map((step) => first.addScalar("loss", step, step));
    all.push(first.addHistogram("weight", tensor([1, 2]), 4));
    await first.close();
    await Promise.all(all);
    // The names of files begin with the time in milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 2));
    const second = new SummaryWriter({ store, run: "train", purgeStep: 3 });
    await second.addScalar("loss", 30, 3);
    expect((await readEvents(store)).get("train")!).toHaveLength(5);
    await second.close();
    const events = (await readEvents(store)).get("train")!;
    expect(listScalars(events, "loss")).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [3, 30],
    ]);
    expect(events[6]).toMatchObject({ session_log: { status: 1 }, step: "3" });
    expect(listValues(events, "weight")).toHaveLength(1);
  });
});

describe("a writer", () => {
  test("rejects wrong arguments", async () => {
    const store = new MemoryLogStore();
    expect(() => new SummaryWriter({} as never)).toThrow("SummaryWriter: store: found undefined, expected a");
    expect(() => new SummaryWriter({ store, run: "../up" })).toThrow(ArgumentError);
    const writer = new SummaryWriter({ store });
    await expect(writer.addScalar(3 as never, 1, 1)).rejects.toThrow("addScalar: tag: found 3, expected a");
    await expect(writer.addScalar("a", "1" as never, 1)).rejects.toThrow(ArgumentError);
    await expect(writer.addScalar("a", 1, -1)).rejects.toThrow(ArgumentError);
    await expect(writer.addHistogram("a", "1" as never, 1)).rejects.toThrow(ArgumentError);
    await expect(writer.addHparams({ a: [] } as never)).rejects.toThrow(ArgumentError);
    await expect(writer.addHparams({}, ["loss"] as never)).rejects.toThrow(ArgumentError);
    await expect(writer.addText("a", 3 as never, 1)).rejects.toThrow(ArgumentError);
    const image = { data: new Uint8Array(6), shape: [2, 2] };
    await expect(writer.addImage("a", image, 1)).rejects.toThrow(ShapeError);
    await expect(writer.addImage("a", { data: new Int32Array(4), shape: [2, 2] }, 1)).rejects.toThrow(
      "addImage: found a Int32Array, expected bytes or 32-bit floats from 0 to 1",
    );
    await writer.close();
    await expect(writer.addScalar("a", 1, 1)).rejects.toThrow("found a writer that is closed");
  });

  test("rejects where the store cannot be written, and goes on when it can", async () => {
    const memory = new MemoryLogStore();
    let isFull = true;
    const append: MemoryLogStore["append"] = async (name, bytes) => {
      if (isFull) throw new StorageError(`${name}: could not be written: the disk is full`);
      await memory.append(name, bytes);
    };
    const store = { load: memory.load.bind(memory), save: memory.save.bind(memory), append };
    const writer = new SummaryWriter({ store, flushSeconds: 0 });
    await expect(writer.addScalar("a", 1, 1)).rejects.toThrow(StorageError);
    isFull = false;
    await writer.addScalar("a", 2, 2);
    await writer.close();
    expect(await memory.list()).toHaveLength(1);
  });
});
