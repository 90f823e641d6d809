import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cpu } from "@evenkeel/backend-cpu";
import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import type { BufferView, DeviceBuffer, HostLaunch, Launch } from "@evenkeel/tensor";
import {
  ArgumentError,
  BackendError,
  buildExpression,
  DeviceError,
  e,
  matmul,
  mul,
  OutOfMemoryError,
  ones,
  orderParameters,
  selectBackend,
  setDefaultBackend,
} from "@evenkeel/tensor";
import { makeBuffer, makeView, readValues } from "@evenkeel/tensor/testing";
import { makeWgslKernel } from "@evenkeel/tensor/wgsl";
import { afterAll, expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { openDevices, openWebgpu } from "./support.ts";

const open = openDevices();

const read = async (backend: WebgpuBackend, buffer: DeviceBuffer): Promise<number[]> => [
  ...(await readValues(backend, buffer)),
];

/** The elementwise operation y = x s + t; `which` makes the kernel unique. */
function affine(x: BufferView, y: BufferView, s: number, which = 0): Launch {
  return {
    kind: "expression",
    expression: buildExpression({ inputs: ["f32"], scalars: ["f32"] }, ([a], [factor]) =>
      e.add(e.mul(a!, factor!), which),
    ),
    shape: [y.bytes / 4],
    reads: [{ operand: x, strides: [1] }],
    writes: [y],
    scalars: [s],
  };
}

/** y[i] = a x[i] + b z[i] + c, where z is optional. */
const combine = (hasZ: boolean) =>
  makeWgslKernel({
    entry: "combine",
    schema: {
      reads: { x: "f32", "z?": "f32" },
      writes: { y: "f32" },
      parameters: { count: "u32", a: "i32", c: "f32" },
    },
    code: `
@compute @workgroup_size(64)
fn combine(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.count) { return; }
  y[id.x] = f32(p.a) * x[id.x] + p.c ${hasZ ? "+ z[id.x]" : ""};
}
`,
  });

const combined = (
  x: BufferView,
  z: BufferView | undefined,
  y: BufferView,
  kernel = combine(z !== undefined),
): Launch => ({
  kind: "kernel",
  kernel,
  reads: [x, z],
  writes: [y],
  parameters: orderParameters(kernel, { count: y.bytes / 4, a: -2, c: 0.5 }),
  work: { workgroups: [Math.ceil(y.bytes / 256), 1, 1] },
});

describeOn("webgpu", "webgpu kernels", () => {
  test("receive their operands and parameters, including absent operands", async () => {
    const backend = await open();
    const [x, z, y] = [
      makeBuffer(backend, [1, 2, 3]),
      makeBuffer(backend, [10, 20, 30]),
      backend.allocate(12),
    ];
    backend.launch(combined(makeView(x), makeView(z), makeView(y)));
    expect(await read(backend, y)).toEqual([8.5, 16.5, 24.5]);
    backend.launch(combined(makeView(x), undefined, makeView(y)));
    expect(await read(backend, y)).toEqual([-1.5, -3.5, -5.5]);
  });

  test("read parts of the buffer that they write, including overlapping parts", async () => {
    const backend = await open();
    const { offsetAlignment: step } = backend.limits;
    const arena = backend.allocate(3 * step);
    const values = Float32Array.from({ length: (3 * step) / 4 }, (_, index) => index);
    backend.write(arena, 0, values);
    backend.launch(combined(makeView(arena, 0, 8), makeView(arena, step, 8), makeView(arena, 2 * step, 8)));
    const last = new Float32Array(await backend.read(arena, 2 * step, 8));
    const at = step / 4;
    expect([...last]).toEqual([at + 0.5, at + 1 - 2 + 0.5]);
    // x begins one step before y and overlaps it.
    backend.launch(combined(makeView(arena, 0, 2 * step), undefined, makeView(arena, step, 2 * step)));
    const moved = new Float32Array(await backend.read(arena, step, 2 * step));
    expect([...moved]).toEqual([...values.subarray(0, 2 * at)].map((x) => -2 * x + 0.5));
  });

  test("that exceed the limits or get the wrong operands are rejected by name", async () => {
    const backend = await open();
    const [x, y] = [makeBuffer(backend, [1]), backend.allocate(4)];
    const launch = combined(makeView(x), undefined, makeView(y)) as Extract<Launch, { kind: "kernel" }>;
    const attempts: [Launch, RegExp][] = [
      [{ ...launch, parameters: [1] }, /^combine: found 1 parameters, expected 3$/],
      [
        { ...launch, work: { workgroups: [65_536, 1, 1] } },
        /^combine: found 65536 x 1 x 1 workgroups, expected at most 65535/,
      ],
      [{ ...launch, writes: [makeView(y), makeView(y)] }, /^combine: found outputs that overlap/],
      [{ ...launch, reads: [makeView(backend.allocate(64), 4, 4)] }, /^combine: found a view at byte 4 /],
      [
        { ...launch, reads: Array.from({ length: 40 }, () => makeView(x)) },
        /^combine: found 41 operands, expected at most/,
      ],
    ];
    for (const [attempt, message] of attempts) {
      expect(() => backend.launch(attempt)).toThrow(message);
      expect(() => backend.launch(attempt)).toThrow(ArgumentError);
    }
    const wasm = { ...launch, kernel: { language: "wasm", entry: "foreign" } };
    expect(() => backend.launch(wasm)).toThrow(BackendError);
    backend.launch(launch);
    expect(await read(backend, y)).toEqual([-1.5]);
  });

  test("that do not compile fail the next report, by name and line, and later launches run", async () => {
    const backend = await open();
    const [x, y] = [makeBuffer(backend, [3]), backend.allocate(4)];
    const broken = {
      ...combine(false),
      code: combine(false).code.replace("f32(p.a)", "p.a"),
    };
    backend.launch(combined(makeView(x), undefined, makeView(y), broken));
    backend.launch(combined(makeView(x), undefined, makeView(y)));
    const first = backend.read(y, 0, 4);
    await expect(first).rejects.toThrow(/launch "combine" failed: its kernel does not compile: line 5:/);
    await expect(first).rejects.toBeInstanceOf(DeviceError);
    expect(await read(backend, y)).toEqual([-5.5]);
    backend.launch(combined(makeView(x), undefined, makeView(y), { ...combine(false), entry: "nowhere" }));
    await expect(backend.idle()).rejects.toThrow(/launch "nowhere" failed/);
    await backend.idle();
  });
});

describeOn("webgpu", "webgpu expressions", () => {
  test("with more inputs than a kernel has bindings share one binding", async () => {
    const gpuDevice = await smallDevice();
    const backend = await open({ device: gpuDevice });
    expect(gpuDevice.limits.maxStorageBuffersPerShaderStage).toBeLessThanOrEqual(10);
    const dtypes = [
      "f32",
      "i32",
      "u8",
      "bool",
      "u32",
      "f32",
      "f32",
      "u8",
      "i32",
      "f32",
      "bool",
      "u8",
    ] as const;
    const expression = buildExpression({ inputs: [...dtypes] }, (inputs) =>
      inputs
        .map((input) => e.cast(input, "f32"))
        .reduce((sum, value, index) => e.add(sum, e.mul(value, index + 1))),
    );
    for (const shape of [
      [3, 5],
      [3, 4],
    ] as const) {
      const size = shape[0] * shape[1];
      const arrays = dtypes.map((dtype, input) => {
        const values = Array.from(
          { length: input % 3 === 1 ? shape[1] : size },
          (_, at) => (at * (input + 3)) % (dtype === "bool" ? 2 : 11),
        );
        return { u8: Uint8Array, f32: Float32Array, i32: Int32Array, u32: Uint32Array, bool: Uint32Array }[
          dtype
        ].from(values);
      });
      const y = backend.allocate(size * 4);
      backend.launch({
        kind: "expression",
        expression,
        shape,
        reads: arrays.map((array, input) => ({
          operand: makeView(makeBuffer(backend, array)),
          strides: input % 3 === 1 ? [0, 1] : [shape[1], 1],
        })),
        writes: [makeView(y)],
        scalars: [],
      });
      const expected = Array.from({ length: size }, (_, at) =>
        arrays.reduce(
          (sum, array, input) => sum + array[at % array.length]! * (input === 0 ? 1 : input + 1),
          0,
        ),
      );
      expect(await read(backend, y)).toEqual(expected);
    }
    await backend.close();
    gpuDevice.destroy();
  });

  test("use more workgroups than one grid dimension allows", async () => {
    const backend = await open();
    const count = 65_536 * 256 + 5;
    const y = backend.allocate(count);
    backend.launch({
      kind: "expression",
      expression: buildExpression({ inputs: [], scalars: ["u32"], outputs: ["u8"] }, (_, [s]) =>
        e.add(e.shiftRight(e.indexLike(s!), 8), s!),
      ),
      shape: [count],
      reads: [],
      writes: [makeView(y)],
      scalars: [7],
    });
    for (const first of [0, 65_535 * 256 - 3, count - 9]) {
      const bytes = new Uint8Array(await backend.read(y, first, 9));
      expect([...bytes]).toEqual(Array.from(bytes, (_, at) => (((first + at) >> 8) + 7) & 255));
    }
  });

  test("of bytes do not change data after their last byte", async () => {
    const backend = await open();
    const x = makeBuffer(backend, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 250));
    const y = makeBuffer(backend, new Uint8Array(8).fill(9));
    backend.launch({
      kind: "expression",
      expression: buildExpression({ inputs: ["u8"], outputs: ["u8"] }, ([a]) => e.mul(a!, 2)),
      shape: [6],
      reads: [{ operand: makeView(x, 0, 6), strides: [1] }],
      writes: [makeView(y, 0, 6)],
      scalars: [],
    });
    expect([...new Uint8Array(await backend.read(y, 0, 8))]).toEqual([2, 4, 6, 8, 10, 12, 9, 9]);
  });

  test("work in place next to an input that overlaps", async () => {
    const backend = await open();
    const x = makeBuffer(backend, [1, 2, 3]);
    backend.launch({
      kind: "expression",
      expression: buildExpression({ inputs: ["f32", "f32"] }, ([a, first]) => e.add(a!, first!)),
      shape: [3],
      reads: [
        { operand: makeView(x), strides: [1] },
        { operand: makeView(x, 0, 4), strides: [0] },
      ],
      writes: [makeView(x)],
      scalars: [],
    });
    expect(await read(backend, x)).toEqual([2, 3, 4]);
  });
});

describeOn("webgpu", "webgpu memory", () => {
  test("bytes are written and read at any offset, before and after launches", async () => {
    const backend = await open();
    const contents = Uint8Array.from({ length: 29 }, (_, index) => index);
    const buffer = makeBuffer(backend, contents);
    for (const [offset, length] of [
      [0, 3],
      [1, 1],
      [3, 2],
      [5, 9],
      [6, 2],
      [25, 4],
      [28, 1],
      [8, 4],
    ] as const) {
      const data = new Uint8Array(length).fill(100 + offset);
      backend.write(buffer, offset, data);
      contents.set(data, offset);
      expect([...new Uint8Array(await backend.read(buffer, 0, 29))]).toEqual([...contents]);
      expect([...new Uint8Array(await backend.read(buffer, offset, length))]).toEqual([...data]);
    }
  });

  test("writes stay in order while a kernel compiles", async () => {
    const backend = await open();
    const [x, y] = [makeBuffer(backend, [1]), backend.allocate(4)];
    const data = Float32Array.of(5);
    backend.launch(affine(makeView(x), makeView(y), 2, 77));
    backend.write(x, 0, data);
    data[0] = -1;
    const first = read(backend, y);
    backend.launch(affine(makeView(x), makeView(y), 3, 78));
    expect([await first, await read(backend, y), await read(backend, x)]).toEqual([[79], [93], [5]]);
  });

  test("at the memory limit, pooled memory is used before allocation fails", async () => {
    const backend = await open({ maxMemoryBytes: 2 ** 20 });
    for (let round = 0; round < 3; round++) {
      const buffers = [300_000 + 65_536 * round, 400_000].map((bytes) => backend.allocate(bytes));
      expect(backend.memory().live + backend.memory().pooled).toBeLessThanOrEqual(2 ** 20);
      expect(() => backend.allocate(600_000)).toThrow(OutOfMemoryError);
      for (const buffer of buffers) backend.free(buffer);
    }
    const x = makeBuffer(backend, [1, 2]);
    backend.launch(affine(makeView(x), makeView(x), 2));
    expect(await read(backend, x)).toEqual([2, 4]);
  });
});

describeOn("webgpu", "webgpu tensors that no kernel can bind", () => {
  test("are rejected by a typed error that names the limit, and the device stays usable", async () => {
    const gpuDevice = await smallDevice();
    const backend = await open({ device: gpuDevice });
    const { maxStorageBufferBindingSize: limit } = gpuDevice.limits;
    expect(backend.limits.maxBufferBytes).toBe(limit);
    const side = 2 ** 14;
    expect(4 * side * side).toBeGreaterThan(limit);
    const [row, column] = [ones([1, side], { backend }), ones([side, 1], { backend })];
    const { live } = backend.memory();
    for (const make of [
      () => mul(column, row),
      () => matmul(column, row),
      () => ones([side, side], { backend }),
    ]) {
      expect(make).toThrow(OutOfMemoryError);
      expect(make).toThrow(`${4 * side * side} bytes, expected at most ${limit}, the largest buffer `);
    }
    expect(backend.memory().live).toBe(live);
    expect((await mul(row, row).data()).every((value) => value === 1)).toBe(true);
    await backend.close();
    gpuDevice.destroy();
  });
});

describeOn("webgpu", "webgpu host steps", () => {
  test("see booleans as words, all bytes, and zeros in their outputs", async () => {
    const backend = await open();
    const flags = makeBuffer(backend, Uint32Array.of(1, 0, 1));
    const bytes = makeBuffer(backend, Uint8Array.of(1, 2, 3, 4, 5));
    const written = makeBuffer(backend, Float32Array.of(1, 2));
    const seen: { [name: string]: number[] } = {};
    const step: HostLaunch<BufferView> = {
      kind: "host",
      name: "look",
      operands: {
        flags: { operand: makeView(flags), spec: { shape: [3], dtype: "bool" }, access: "read" },
        bytes: { operand: makeView(bytes, 0, 3), spec: { shape: [3], dtype: "u8" }, access: "read-write" },
        written: { operand: makeView(written), spec: { shape: [2], dtype: "f32" }, access: "write" },
      },
      run: (arrays) => {
        for (const [name, array] of Object.entries(arrays)) seen[name] = [...array];
        arrays.flags![0] = 7;
        arrays.bytes!.fill(9);
        arrays.written![1] = 3;
      },
    };
    backend.launch(step);
    expect([...new Uint8Array(await backend.read(bytes, 0, 5))]).toEqual([9, 9, 9, 4, 5]);
    expect(await read(backend, written)).toEqual([0, 3]);
    expect(new Uint32Array(await backend.read(flags, 0, 4))[0]).toBe(1);
    expect(seen).toEqual({ flags: [1, 0, 1], bytes: [1, 2, 3], written: [0, 0] });
  });
});

describeOn("webgpu", "webgpu failures", () => {
  test("a lost device rejects every read and report, and names its latest launches", async () => {
    const backend = await open();
    const x = makeBuffer(backend, [1]);
    await backend.idle();
    backend.launch(combined(makeView(x), undefined, makeView(backend.allocate(4))));
    const before = backend.read(x, 0, 4);
    backend.gpuDevice.destroy();
    await expect(before).rejects.toThrow(/the GPU device was lost \(destroyed\).*"combine"/);
    await expect(before).rejects.toBeInstanceOf(DeviceError);
    backend.launch(affine(makeView(x), makeView(x), 2));
    await expect(backend.read(x, 0, 4)).rejects.toBeInstanceOf(DeviceError);
    await expect(backend.idle()).rejects.toBeInstanceOf(DeviceError);
    await expect(backend.close()).rejects.toBeInstanceOf(DeviceError);
  });

  test("an invalid command fails the next report, which names the launches of its submission", async () => {
    const backend = await open();
    const [x, y] = [makeBuffer(backend, [1]), backend.allocate(4)];
    const create = backend.gpuDevice.createBindGroup.bind(backend.gpuDevice);
    backend.gpuDevice.createBindGroup = (descriptor) => create({ ...descriptor, entries: [] });
    backend.launch(affine(makeView(x), makeView(y), 2));
    await expect(backend.idle()).rejects.toThrow(/launch "expression mul add" failed/);
    await expect(backend.idle()).rejects.toThrow(/launch "expression mul add" failed/);
    await backend.idle();
  });
});

describeOn("webgpu", "webgpu in use", () => {
  test("submits the launches of a synchronous stretch together, and creates nothing new the second time", async () => {
    const backend = await open();
    const x = makeBuffer(backend, [1, 2, 3]);
    const step = async (): Promise<void> => {
      for (let launch = 0; launch < 50; launch++) {
        const y = backend.allocate(12);
        backend.launch(affine(makeView(x), makeView(y), 2, launch % 3));
        backend.launch(combined(makeView(y), undefined, makeView(x)));
        backend.free(y);
      }
      await backend.read(x, 0, 12);
    };
    await step();
    const before = backend.counters();
    await step();
    const after = backend.counters();
    const spent = Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, count - before[name as keyof typeof before]]),
    );
    const slot = backend.gpuDevice.limits.minUniformBufferOffsetAlignment;
    expect(spent).toEqual({
      dispatches: 100,
      submits: 1,
      bindGroups: 0,
      pipelines: 0,
      bytesUploaded: 100 * slot,
      bytesDownloaded: 12,
      bytesCopied: 12,
    });
  });

  test("profiles launches one by one if there are timestamps", async (context) => {
    const backend = await open();
    if (!backend.limits.features.has("timestamp-query")) context.skip("the adapter has no timestamp queries");
    const x = makeBuffer(backend, [1, 2, 3]);
    const times = await backend.profile(() => {
      backend.launch(affine(makeView(x), makeView(x), 2));
      backend.launch(combined(makeView(x), undefined, makeView(backend.allocate(12))));
    });
    expect(times.map(({ name }) => name)).toEqual(["expression mul add", "combine"]);
    expect(times.every(({ milliseconds }) => milliseconds >= 0)).toBe(true);
    expect(await backend.profile(() => {})).toEqual([]);
    expect(await read(backend, x)).toEqual([2, 4, 6]);
  });

  test("does not use features that it must not use", async () => {
    const backend = await open({ without: ["shader-f16", "subgroups", "timestamp-query"] });
    expect([...backend.limits.features]).toEqual([]);
    expect([...backend.gpuDevice.features]).not.toContain("subgroups");
    await expect(backend.profile(() => {})).rejects.toThrow(/expected a device with timestamp-query/);
    const trusting = await open({ nonFinite: true, without: ["shader-f16"] });
    expect(trusting.limits.features.has("non-finite")).toBe(true);
    expect(trusting.limits.storage.f16).toBe("f16");
    expect(trusting.limits.features.has("shader-f16")).toBe(false);
  });

  test("reports the device and whether it is a software GPU", async () => {
    const backend = await open();
    const { isFallbackAdapter } = backend.gpuDevice.adapterInfo;
    expect(backend.device).toMatch(isFallbackAdapter ? /\(software\)$/ : /\w/);
    expect(backend.isEmulated).toBe(isFallbackAdapter);
  });

  test("shares an open device, and leaves it open", async () => {
    const gpuDevice = await smallDevice();
    const backend = await open({ device: gpuDevice });
    const x = makeBuffer(backend, [1]);
    backend.launch(affine(makeView(x), makeView(x), 4));
    expect(await read(backend, x)).toEqual([4]);
    await backend.close();
    const again = await open({ device: gpuDevice });
    expect(await read(again, makeBuffer(again, [2]))).toEqual([2]);
    await again.close();
    gpuDevice.destroy();
  });

  test("opens and closes fifty times", async () => {
    for (let cycle = 0; cycle < 50; cycle++) {
      const backend = await openWebgpu();
      expect(await read(backend, makeBuffer(backend, [cycle]))).toEqual([cycle]);
      await backend.close();
    }
  });

  test.each(["close", "leave open"])("lets the process exit by itself: %s", async (ending) => {
    const script = fileURLToPath(new URL("exit.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=@evenkeel/source", script, ending]);
    const secondsToExit = 20;
    // Its last action is to print; compiling and training before that take an unknown time.
    child.stdout.once("data", () => setTimeout(() => child.kill(), 1000 * secondsToExit).unref());
    const code = await new Promise<number | string | null>((resolve) => {
      child.on("exit", (exitCode, signal) => resolve(exitCode ?? signal));
    });
    expect(code).toBe(0);
  });
});

/** Dawn's object must live as long as its devices. */
let gpu: GPU | undefined;
afterAll(() => {
  gpu = undefined;
});

/** A device with the limits that every WebGPU device has. */
async function smallDevice(): Promise<GPUDevice> {
  gpu ??= (await import("webgpu")).create([]);
  const adapter = await gpu.requestAdapter();
  return adapter!.requestDevice();
}

test("every form of f16 storage compiles, on a device that checks kernels without running them", async () => {
  const backend = await open({ flags: ["backend=null"] });
  expect(backend.limits.storage.f16).toBe("f16");
  expect(backend.limits.features.has("shader-f16")).toBe(true);
  const operand = (): BufferView => makeView(backend.allocate(128));
  const launch = (shape: number[], strides: number[][]): void => {
    const inputs = strides.map(() => "f16" as const);
    const expression = buildExpression({ inputs, outputs: ["f16"] }, (values) =>
      values.reduce((a, b) => e.add(a, b)),
    );
    const reads = strides.map((own) => ({ operand: operand(), strides: own }));
    backend.launch({ kind: "expression", expression, shape, reads, writes: [operand()], scalars: [] });
  };
  launch([5], [[1], [0]]);
  launch(
    [3, 4],
    [
      [4, 1],
      [1, 0],
      [0, 1],
    ],
  );
  launch(
    [2, 3, 4],
    [
      [0, 4, 1],
      [5, 0, 1],
    ],
  );
  launch(
    [3, 5],
    [
      [5, 1],
      [1, 0],
      [0, 1],
    ],
  );
  launch(
    [7],
    Array.from({ length: 14 }, () => [1]),
  );
  await backend.idle();
  expect(backend.counters().dispatches).toBe(5);
});

test("a software GPU is rejected unless requested, so that the next backend is used", async () => {
  const info = { description: "SwiftShader driver", isFallbackAdapter: true };
  const gpu = { requestAdapter: async () => ({ info }) } as unknown as GPU;
  const options = { gpu };
  const backend = await selectBackend([webgpu(options), cpu({ threads: 1 })]);
  expect(backend.name).toBe("cpu");
  await backend.close();
  setDefaultBackend(undefined);
  await expect(selectBackend([webgpu(options)], { prefer: "webgpu" })).rejects.toThrow(
    /^no backend could be opened. webgpu: only SwiftShader driver \(software\) was found/,
  );
});

test("a failure to open gives the reason and a remedy", async () => {
  const noAdapter = { requestAdapter: async () => null } as unknown as GPU;
  await expect(webgpu({ gpu: noAdapter }).open()).rejects.toThrow(
    /no GPU adapter was found: install a GPU driver/,
  );
  await expect(webgpu({ gpu: noAdapter }).open()).rejects.toBeInstanceOf(BackendError);
  expect(() => webgpu({ maxMemoryBytes: -1 })).toThrow(ArgumentError);
});
