import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { argumentBytes, guardBytes, ringCapacity } from "../memory/argument-blocks.ts";
import type { Entry } from "../queue/entry.ts";
import { HostRing } from "./host-ring.ts";
import { controlWord, countRingBytes, decodeShare, decodeTag, tagMask } from "./ring.ts";
import { nothing, WorkerRing } from "./worker-ring.ts";

const makeEntry = (items: number, kernel = 0): Entry => ({
  kind: "kernel",
  kernel: { id: kernel, record: 0, name: "" },
  items,
  chunk: 1,
  scratch: 0,
  scratchStride: 0,
  args: [],
  argsAddress: 0,
  counters: 0,
});
const hostStep: Entry = { kind: "host", name: "step", run: () => {} };
const threads = 2;
const memory = new Int32Array((guardBytes + argumentBytes) / 4);

describe("the ring", () => {
  let shared: SharedArrayBuffer;
  let host: HostRing;
  let worker: WorkerRing;

  beforeEach(() => {
    shared = new SharedArrayBuffer(countRingBytes(threads));
    host = new HostRing(shared);
    worker = new WorkerRing(shared, 0, threads);
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("opens an entry when all shares of the one before have finished", () => {
    host.publish(0, makeEntry(2), threads, memory);
    host.publish(1, makeEntry(1), threads, memory);
    const claims = [worker.claim(), worker.claim()];
    expect(claims.map(decodeTag)).toEqual([0, 0]);
    expect(claims.map(decodeShare)).toEqual([0, 1]);
    worker.finish(claims[1]!);
    expect(worker.claim()).toBe(nothing);
    worker.finish(claims[0]!);
    expect(decodeTag(worker.claim())).toBe(1);
    expect(host.countFinishedSince(0)).toBe(1);
  });

  it("adds up the values out of range that one check finds, until the host takes them", () => {
    const counters = 2 ** 31 + 64; // Addresses need all 32 bits.
    const second = new WorkerRing(shared, 1, threads);
    host.publish(0, makeEntry(2), threads, memory);
    host.publish(1, makeEntry(1), threads, memory);
    const claims = [worker.claim(), second.claim()];
    worker.failOutside(claims[0]!, 7, counters, 3);
    second.failOutside(claims[1]!, 7, counters, 4);
    expect(host.takeFailure(0, 0)).toBeUndefined();
    for (const claim of claims) worker.finish(claim);
    const later = worker.claim();
    worker.failOutside(later, 8, counters + 64, 5);
    worker.failOutside(later, 8, counters, 2);
    worker.fail(later, 8, "a trap");
    worker.finish(later);
    expect(host.takeFailure(2, 0)).toEqual({
      ticket: 0,
      kernel: 7,
      message: "",
      outside: { counters, count: 9 },
    });
    expect(host.takeFailure(2, 0)).toBeUndefined();
  });

  it("tells a trap as it is, though values of its entry were out of range", () => {
    host.publish(0, makeEntry(2), threads, memory);
    const claims = [worker.claim(), worker.claim()];
    worker.fail(claims[0]!, 7, "a trap");
    worker.failOutside(claims[1]!, 7, 64, 4);
    for (const claim of claims) worker.finish(claim);
    expect(host.takeFailure(1, 0)).toEqual({ ticket: 0, kernel: 7, message: "a trap" });
  });

  it("gives each worker its own range, and what is left of another's when that is gone", () => {
    const second = new WorkerRing(shared, 1, threads);
    host.publish(0, makeEntry(5), threads, memory);
    const claims = [second.claim(), worker.claim(), second.claim(), second.claim(), worker.claim()];
    expect(claims.map(decodeShare)).toEqual([3, 0, 4, 1, 2]);
    expect([worker.claim(), second.claim()]).toEqual([nothing, nothing]);
    host.publish(1, makeEntry(1), threads, memory);
    for (const claim of claims) worker.finish(claim);
    expect(decodeShare(second.claim())).toBe(0);
    expect(worker.claim()).toBe(nothing);
  });

  it("gives no share twice, when it is taken while a worker is about to claim it", () => {
    const second = new WorkerRing(shared, 1, threads);
    for (const ticket of [0, 1]) host.publish(ticket, makeEntry(2), threads, memory);
    const exchange: (words: Int32Array, index: number, from: number, to: number) => number =
      Atomics.compareExchange;
    const meanwhile = (words: Int32Array, index: number, from: number, to: number): number => {
      for (const claim of [worker.claim(), worker.claim()]) worker.finish(claim);
      return exchange(words, index, from, to);
    };
    vi.spyOn(Atomics, "compareExchange").mockImplementationOnce(meanwhile as typeof Atomics.compareExchange);
    const claims = [second.claim(), second.claim()];
    expect(claims.map(decodeTag)).toEqual([1, 1]);
    expect(claims.map(decodeShare)).toEqual([1, 0]);
    expect(host.countFinishedSince(0)).toBe(1);
  });

  it("gives no share of an entry that ends, and whose slot gets more of them, while a worker looks", () => {
    const load: (words: Int32Array, index: number) => number = Atomics.load;
    for (let looks = 1; looks <= 5; looks++) {
      shared = new SharedArrayBuffer(countRingBytes(threads));
      host = new HostRing(shared);
      worker = new WorkerRing(shared, 0, threads);
      const other = new WorkerRing(shared, 1, threads);
      for (let ticket = 0; ticket < ringCapacity; ticket++)
        host.publish(ticket, makeEntry(1), threads, memory);
      let left = looks;
      const meanwhile = (words: Int32Array, index: number): number => {
        if (--left === 0) {
          worker.finish(worker.claim());
          host.publish(ringCapacity, makeEntry(2), threads, memory);
        }
        return load(words, index);
      };
      const spy = vi.spyOn(Atomics, "load").mockImplementation(meanwhile as typeof Atomics.load);
      const claim = other.claim();
      spy.mockRestore();
      expect([decodeTag(claim), decodeShare(claim)]).toEqual([1, 0]);
    }
  });

  it("has a queue while entries wait behind one that workers run", () => {
    expect(worker.hasQueue()).toBe(false);
    host.publish(0, makeEntry(1), threads, memory);
    expect(worker.hasQueue()).toBe(false);
    host.publish(1, hostStep, threads, memory);
    expect(worker.hasQueue()).toBe(true);
    worker.finish(worker.claim());
    host.publish(2, makeEntry(1), threads, memory);
    // It is the host's turn, which may take long.
    expect(worker.hasQueue()).toBe(false);
    host.finishHost();
    expect(worker.hasQueue()).toBe(false);
  });

  it("writes a slot again while the worker of an early share still reports it", () => {
    host.publish(0, makeEntry(2), threads, memory);
    for (let ticket = 1; ticket < ringCapacity; ticket++) host.publish(ticket, makeEntry(1), threads, memory);
    const [early, last] = [worker.claim(), worker.claim()];
    const add: (words: Int32Array, index: number, value: number) => number = Atomics.add;
    const meanwhile = (words: Int32Array, index: number, value: number): number => {
      const before = add(words, index, value);
      worker.finish(last);
      expect(decodeTag(worker.claim())).toBe(1);
      host.publish(ringCapacity, makeEntry(1), threads, memory);
      return before;
    };
    vi.spyOn(Atomics, "add").mockImplementationOnce(meanwhile as typeof Atomics.add);
    worker.finish(early);
    expect(worker.claim()).toBe(nothing);
    expect(host.countFinishedSince(0)).toBe(1);
  });

  it("has nothing to claim in a step of the host", () => {
    host.publish(0, hostStep, threads, memory);
    host.publish(1, makeEntry(1), threads, memory);
    expect(worker.claim()).toBe(nothing);
    host.finishHost();
    expect(decodeTag(worker.claim())).toBe(1);
  });

  it("signals the count that is awaited", async () => {
    for (let ticket = 0; ticket < 3; ticket++) host.publish(ticket, makeEntry(1), threads, memory);
    const signal = host.requestSignal(2);
    worker.finish(worker.claim());
    expect(host.requestSignal(2)).toBe(signal);
    const change = host.waitForChange(signal)!;
    worker.finish(worker.claim());
    await change;
    expect(host.waitForChange(signal)).toBeUndefined();
  });

  it("keeps the first failure until it is taken by someone who waits for its entry", () => {
    for (let ticket = 0; ticket < 3; ticket++) host.publish(ticket, makeEntry(1, ticket), threads, memory);
    worker.finish(worker.claim());
    for (const kernel of [1, 2]) {
      const claim = worker.claim();
      worker.fail(claim, kernel, `message ${kernel}`);
      worker.finish(claim);
    }
    expect(host.takeFailure(1, 0)).toBeUndefined();
    expect(host.takeFailure(3, 0)).toEqual({ ticket: 1, kernel: 1, message: "message 1" });
    expect(host.takeFailure(3, 0)).toBeUndefined();
  });

  it("cuts long messages", () => {
    host.publish(0, makeEntry(1), threads, memory);
    const claim = worker.claim();
    worker.fail(claim, 0, "x".repeat(5000));
    worker.finish(claim);
    expect(host.takeFailure(1, 0)!.message).toMatch(/^x{100,}$/);
  });

  it("does not take what was claimed of a tag for claimed when the tag comes again", () => {
    const words = new Int32Array(shared);
    const openAt = (tag: number): void => {
      words[controlWord.head] = tag;
      words[controlWord.open] = tag;
    };
    const claimAll = (tag: number, items: number): number[] => {
      openAt(tag);
      host.publish(tag, makeEntry(items), threads, memory);
      const claims = Array.from({ length: items }, () => worker.claim());
      for (const claim of claims) worker.finish(claim);
      return claims.map(decodeShare);
    };
    expect(claimAll(5, 2)).toEqual([0, 1]);
    expect(claimAll(tagMask, 1)).toEqual([0]);
    expect(claimAll(5, 2)).toEqual([0, 1]);
  });

  it("goes on where tickets wrap", () => {
    const first = tagMask - 3;
    const words = new Int32Array(shared);
    words[controlWord.head] = first;
    words[controlWord.open] = first;
    let finished = first;
    for (let ticket = first; ticket < first + 3000; ticket++) {
      host.publish(ticket, makeEntry(1), threads, memory);
      const claim = worker.claim();
      expect(decodeTag(claim)).toBe(ticket % (tagMask + 1));
      if (ticket % 1000 === 0) worker.fail(claim, ticket, "");
      worker.finish(claim);
      expect(worker.claim()).toBe(nothing);
      finished = host.countFinishedSince(finished);
      expect(finished).toBe(ticket + 1);
      if (ticket % 1000 === 0) expect(host.takeFailure(ticket + 1, finished)?.ticket).toBe(ticket);
    }
  });
});
