/** A function to run at its place in the order. It returns a promise if later commands must wait, and does not throw. */
export type Command = () => void | Promise<void>;

/**
 * Keeps the order of all commands. A command runs immediately unless an earlier one waits (for a pipeline to compile,
 * or for a host step), so in the steady state a call goes straight into the open pass. A command's ticket is its place
 * in the order.
 */
export class CommandQueue {
  private readonly onDrained: () => void;
  private readonly backlog: Command[] = [];
  private isWaiting = false;
  private pushed = 0;
  private started = 0;

  /** `onDrained` is called when all commands that had to wait have run. */
  constructor(onDrained: () => void) {
    this.onDrained = onDrained;
  }

  /** The ticket of the next command that is pushed. */
  get next(): number {
    return this.pushed;
  }

  /** The ticket of the running command. */
  get running(): number {
    return this.started - 1;
  }

  /** Whether a command would run immediately. */
  get isFree(): boolean {
    return !this.isWaiting;
  }

  /** Returns the command's ticket. */
  push(command: Command): number {
    const ticket = this.pushed++;
    if (this.isWaiting) this.backlog.push(command);
    else this.start(command);
    return ticket;
  }

  private start(command: Command): void {
    this.started++;
    const waiting = command();
    if (waiting === undefined) return;
    this.isWaiting = true;
    void waiting.then(() => this.drain());
  }

  private drain(): void {
    this.isWaiting = false;
    let taken = 0;
    while (taken < this.backlog.length && !this.isWaiting) this.start(this.backlog[taken++]!);
    this.backlog.splice(0, taken);
    if (!this.isWaiting) this.onDrained();
  }
}
