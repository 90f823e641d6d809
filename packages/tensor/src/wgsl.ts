/** What plans in WGSL are made of. An entry of its own, because it loads with them and not with the ops. */
export * from "./core/float-elements.ts";
export * from "./core/wgsl.ts";
export { planTable } from "./core/widen-floats.ts";
