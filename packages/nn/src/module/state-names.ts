import type { Member } from "./member.ts";

/** The members, of which those with another name in saved state than in the class have that name. */
export function* withStateNames(
  members: Iterable<[name: string, member: Member]>,
  names: { readonly [property: string]: string },
): Generator<[name: string, member: Member]> {
  for (const [name, member] of members) yield [names[name] ?? name, member];
}
