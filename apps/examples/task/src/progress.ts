import type { WriteStream } from "node:tty";

export interface Progress {
  /** Begins the line. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Shown after the bar. */
  readonly detail: string;
}

export interface ProgressLine {
  update(progress: Progress): void;
  /** Ends the line and leaves its last state on the screen. */
  finish(): void;
}

const width = 24;
const redrawMilliseconds = 100;
/** Without a terminal, a line is printed for every tenth of the work. */
const plainSteps = 10;

/** A bar that redraws itself on a terminal, and plain lines elsewhere. */
export function makeProgressLine(stream: WriteStream | NodeJS.WritableStream = process.stderr): ProgressLine {
  return "isTTY" in stream && stream.isTTY ? makeTerminalLine(stream) : makePlainLines(stream);
}

function makeTerminalLine(stream: WriteStream): ProgressLine {
  let last: Progress | undefined;
  let drawnAt = 0;
  const draw = (): void => {
    if (last === undefined) return;
    const filled = Math.round((width * last.done) / Math.max(1, last.total));
    const bar = "█".repeat(filled) + "░".repeat(width - filled);
    const line = `${last.label} ${bar} ${last.done}/${last.total}  ${last.detail}`;
    stream.write(`\r${line.slice(0, Math.max(20, stream.columns - 1))}\x1b[K`);
    drawnAt = Date.now();
  };
  return {
    update: (progress) => {
      last = progress;
      if (progress.done === progress.total || Date.now() - drawnAt >= redrawMilliseconds) draw();
    },
    finish: () => {
      draw();
      if (last !== undefined) stream.write("\n");
      last = undefined;
    },
  };
}

function makePlainLines(stream: NodeJS.WritableStream): ProgressLine {
  let printed = 0;
  return {
    update: ({ label, done, total, detail }) => {
      const step = Math.floor((plainSteps * done) / Math.max(1, total));
      if (step === printed && done < total) return;
      if (step !== printed) stream.write(`${label}  ${done}/${total}  ${detail}\n`);
      printed = step === plainSteps ? 0 : step;
    },
    finish: () => {
      printed = 0;
    },
  };
}
