import type { WriteStream } from "node:tty";

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const clearToEnd = "\x1b[K";

/** Line breaks and the like, which would leave the line. */
const controlCharacters = /\p{Cc}/gu;

const endingSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** What listens to signals for lines, and does not count as a listener of the program. */
const ownListeners = new WeakSet<object>();

/** The last line of a terminal, which is drawn again and again while the cursor is hidden. */
export class TerminalLine {
  private readonly stream: WriteStream;
  private isHidden = false;

  constructor(stream: WriteStream) {
    this.stream = stream;
  }

  /** The longest text that a line takes: in the last column some terminals would break the line. */
  get width(): number {
    return Math.max(1, (this.stream.columns || 80) - 1);
  }

  /** Replaces the line in one piece, so that it does not flicker. */
  draw(text: string): void {
    this.hide();
    const visible = text.replaceAll(controlCharacters, " ");
    this.stream.write(`\r${visible.slice(0, this.width)}${clearToEnd}`);
  }

  /** Prints lines above. */
  print(text: string): void {
    this.stream.write(`\r${clearToEnd}${text}\n`);
  }

  /** Ends the line, which stays, and shows the cursor. */
  finish(): void {
    if (!this.isHidden) return;
    this.stream.write("\n");
    this.show();
  }

  private hide(): void {
    if (this.isHidden) return;
    this.isHidden = true;
    this.stream.write(hideCursor);
    process.on("exit", this.show);
    ownListeners.add(this.endBy);
    for (const signal of endingSignals) process.on(signal, this.endBy);
  }

  private readonly show = (): void => {
    if (!this.isHidden) return;
    this.isHidden = false;
    this.stream.write(showCursor);
    process.off("exit", this.show);
    for (const signal of endingSignals) process.off(signal, this.endBy);
  };

  /** The process ends by the signal as it would have without this listener, unless the program has one of its own. */
  private readonly endBy = (signal: NodeJS.Signals): void => {
    if (process.listeners(signal).some((listener) => !ownListeners.has(listener))) return;
    this.finish();
    process.kill(process.pid, signal);
  };
}
