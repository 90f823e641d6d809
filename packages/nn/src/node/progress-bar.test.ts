import { spawn } from "node:child_process";
import { once } from "node:events";
import { Writable } from "node:stream";
import { ArgumentError } from "@evenkeel/tensor";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { RunProgress } from "../training/progress/run-progress.ts";
import { ProgressBar } from "./progress-bar.ts";

const [hide, show, clear] = ["\x1b[?25l", "\x1b[?25h", "\x1b[K"];

/** A stream that records each write. */
class Screen extends Writable {
  readonly writes: string[] = [];
  readonly isTTY: boolean;
  columns: number;

  constructor(isTTY: boolean, columns = 120) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.writes.push(chunk);
    done();
  }
}

const batch: RunProgress = {
  ...{ at: "batch", epoch: 2, epochs: 10, batch: 30, batches: 120, values: { loss: 0.25, accuracy: 0.9 } },
  ...{ examplesPerSecond: 1234.5, secondsLeft: 65 },
};
const epoch: RunProgress = { ...batch, at: "epoch", batch: 120, values: { loss: 0.2, val_loss: 0.3 } };

afterEach(() => vi.unstubAllEnvs());

describe("on a terminal", () => {
  test("a line is drawn in one write, and the line of an epoch stays", () => {
    const screen = new Screen(true);
    const bar = new ProgressBar({ stream: screen, label: "with batch norm" });
    for (const progress of [{ ...batch, at: "start" } as const, batch, epoch]) bar.show(progress);
    const line = (filled: number, rest: string) =>
      `\rwith batch norm  epoch 2/10 ${"█".repeat(filled)}${"░".repeat(24 - filled)} ${rest}${clear}`;
    expect(screen.writes).toEqual([
      hide,
      line(6, "30/120  loss 0.25  accuracy 0.9  1:05 left  1235 examples/s"),
      line(24, "120/120  loss 0.2  val_loss 0.3  1:05 left  1235 examples/s"),
      "\n",
      show,
    ]);
  });

  test("no line is wider than the terminal, whose size may change", () => {
    const screen = new Screen(true);
    const bar = new ProgressBar({ stream: screen });
    const lines = new Map<number, string>();
    for (let columns = 200; columns > 0; columns--) {
      screen.columns = columns;
      screen.writes.length = 0;
      bar.show(batch);
      bar.show({ ...batch, batches: undefined });
      for (const write of screen.writes.filter((write) => write !== hide)) {
        expect(write.replace("\r", "").replace(clear, "").length).toBeLessThan(Math.max(2, columns));
      }
      lines.set(columns, screen.writes.at(-2)!.replace("\r", "").replace(clear, ""));
    }
    expect(lines.get(70)).toBe("epoch 2/10 ████░░░░░░░░░░░ 30/120  loss 0.25  accuracy 0.9  1:05 left");
    expect(lines.get(40)).toBe("epoch 2/10 ███░░░░░░░ 30/120  loss 0.25");
    expect(lines.get(31)).toBe("epoch 2/10 ███░░░░░░░░░ 30/120");
    expect(lines.get(20)).toBe("epoch 2/10  30/120");
    bar.show({ ...batch, at: "end" });
  });

  test.each(["end", "error"] as const)("the cursor is visible after the %s", (at) => {
    const screen = new Screen(true);
    const bar = new ProgressBar({ stream: screen });
    const before = process.listenerCount("SIGINT");
    bar.show(batch);
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
    bar.show({ ...batch, at });
    expect(screen.writes.slice(-2)).toEqual(["\n", show]);
    expect(process.listenerCount("SIGINT")).toBe(before);
    bar.show({ ...batch, at });
    expect(screen.writes.filter((write) => write === show)).toHaveLength(1);
  });

  test("text is printed above the line, and what would leave the line is not", () => {
    const screen = new Screen(true);
    const bar = new ProgressBar({ stream: screen, label: "two\nlines\x1b[2J" });
    bar.show(batch);
    expect(screen.writes.at(-1)).toMatch(/^\rtwo lines \[2J {2}epoch 2\/10 /);
    bar.print("a note");
    expect(screen.writes.slice(-2)).toEqual([`\r${clear}a note\n`, screen.writes[1]]);
    bar.show({ ...batch, at: "end" });
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "a program that ends by %s has its cursor back",
    async (signal) => {
      const source = new URL("./progress-bar.ts", import.meta.url).href;
      const script = `
      const { ProgressBar } = await import(${JSON.stringify(source)});
      Object.assign(process.stdout, { isTTY: true, columns: 80 });
      // Two bars: the listeners of one are not those of the program for the other.
      for (const _ of [1, 2]) new ProgressBar({ stream: process.stdout }).show(${JSON.stringify(batch)});
      setInterval(() => {}, 1000);`;
      const flags = ["--conditions=@evenkeel/source", "--input-type=module", "-e", script];
      const child = spawn(process.execPath, flags, { env: { ...process.env, TERM: "xterm" } });
      let output = "";
      child.stdout.on("data", (data) => {
        output += data;
        if (output.split("epoch").length > 2) child.kill(signal);
      });
      expect(await once(child, "close")).toEqual([null, signal]);
      expect(output.lastIndexOf(show)).toBeGreaterThan(output.lastIndexOf(hide));
    },
  );
});

describe("without a terminal", () => {
  test.each([
    ["a file", false, "xterm"],
    ["a terminal that cannot move its cursor", true, "dumb"],
  ])("%s gets a line for each epoch", (_, isTTY, terminal) => {
    vi.stubEnv("TERM", terminal);
    const screen = new Screen(isTTY);
    const bar = new ProgressBar({ stream: screen, label: "run" });
    for (const progress of [batch, epoch, batch, { ...batch, at: "end" } as const]) bar.show(progress);
    bar.print("a note");
    expect(screen.writes).toEqual([
      "run  epoch 2/10  loss 0.2  val_loss 0.3  1:05 left  1235 examples/s\n",
      "a note\n",
    ]);
  });
});

test("wrong options are refused", () => {
  expect(() => new ProgressBar({ stream: 3 } as never)).toThrow(
    "ProgressBar: stream: found 3, expected a stream that can be written",
  );
  expect(() => new ProgressBar({ width: 3 } as never)).toThrow(ArgumentError);
});
