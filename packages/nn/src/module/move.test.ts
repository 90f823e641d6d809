import { BackendError, full, OutOfMemoryError, setDefaultBackend, tensor } from "@evenkeel/tensor";
import { FailingBackend, MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Net, Shift } from "../../test/modules.ts";
import { SGD } from "../optimizers/sgd.ts";

let backend: MemoryBackend;

beforeEach(() => {
  backend = new MemoryBackend({ launches: "evaluate" });
  setDefaultBackend(backend);
});

afterEach(() => setDefaultBackend(undefined));

describe("moving to another backend", () => {
  test("moves every parameter and buffer, shared ones once, and frees the old memory", async () => {
    const other = new MemoryBackend({ launches: "evaluate" });
    const net = new Net();
    net.own.value = tensor([7, 8, 9]);
    const before = backend.buffersAlive;
    await net.to(other);
    expect([backend.buffersAlive, other.buffersAlive]).toEqual([0, before]);
    expect(await net.own.value.data()).toEqual(Float32Array.of(7, 8, 9));
    expect([...net.namedBuffers()].every(([, { value }]) => value.backend === other)).toBe(true);
    const value = net.own.value;
    expect(await net.to(other)).toBe(net);
    expect(net.own.value).toBe(value);
  });

  test("without memory for all of them leaves the model where it is", async () => {
    const memory = new MemoryBackend();
    const small = new FailingBackend(memory);
    small.failAfter(3, "allocate");
    const net = new Net();
    await expect(net.to(small)).rejects.toThrow(OutOfMemoryError);
    expect(memory.buffersAlive).toBe(0);
    expect([...net.parameters()].every(({ value }) => value.backend === backend)).toBe(true);
  });

  test("is rejected for anything but an open backend", async () => {
    await expect(new Net().to("webgpu" as never)).rejects.toThrow(
      'to: backend: found "webgpu", expected an open backend',
    );
  });

  test("does not move the state of an optimizer, whose next step says so", async () => {
    const other = new MemoryBackend({ launches: "evaluate" });
    const shift = new Shift(4);
    const gradients = (on: MemoryBackend) => [full([2], 1, { backend: on })];
    const optimizer = new SGD(shift, { learningRate: 0.5, momentum: 0.9 });
    optimizer.step(gradients(backend));
    const state = await optimizer.readStateArrays();
    await shift.to(other);
    expect(() => optimizer.step(gradients(other))).toThrow(BackendError);
    optimizer.loadState(state);
    optimizer.step(gradients(other));
    // 4 - 0.5 * 1 - 0.5 * (0.9 + 1)
    expect((await shift.amount.value.data())[0]).toBeCloseTo(2.55);
  });
});
