/** Something to do at its place in the order; a promise where the rest must wait for it. It does not throw. */
export type Command = () => void | Promise<void>;

/**
 * The order of everything. Commands run at once while none before them waits (for a pipeline that compiles, for a host
 * step), so in the steady state a call goes straight into the open pass. Its place in the order is a command's ticket.
 */
export class CommandQueue {
  private readonly onDrained: () => void;
  private readonly backlog: Command[] = [];
  private isWaiting = false;
  private pushed = 0;
  private started = 0;

  /** `onDrained` is called when what had to wait has run. */
  constructor(onDrained: () => void) {
    this.onDrained = onDrained;
  }

  /** The ticket of the next command that is pushed. */
  get next(): number {
    return this.pushed;
  }

  /** The ticket of the command that runs. */
  get running(): number {
    return this.started - 1;
  }

  /** Whether a command would run at once. */
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
