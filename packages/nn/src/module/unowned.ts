/**
 * Holds a value for a module that does not own it: what walks the module passes it by, so that nothing inside is trained, saved,
 * moved or disposed with the module. In a plain property, `private` or not, a parameter or an inner module is a member.
 *
 * @example
 * class Student extends Module {
 *   readonly teacher = new Unowned(teacher); // `this.teacher.value.forward(x)`
 *   readonly output = new Linear(64, 10);
 *   forward(x: Tensor): Tensor { return this.output.forward(x); }
 * }
 */
export class Unowned<Value> {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}
