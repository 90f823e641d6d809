import type { Activation, WgslOperands } from "@evenkeel/tensor";
import type { FloatElements } from "@evenkeel/tensor/wgsl";
import { floatElementsSource } from "@evenkeel/tensor/wgsl";
import type { Unit } from "./tiling.ts";
import { workgroupSize } from "./tiling.ts";

/** Parameters of all kernels, in order; those that a kernel does not need are 0. */
export type WholeNumber =
  | ("channels" | "inner" | "positions" | "span" | "run" | "members")
  | ("blocks" | "splits" | "share" | "parts" | "second" | "third" | "bits");
export type Fraction = "epsilon" | "slope" | "momentum" | "count";

const wholeNumbers: readonly WholeNumber[] = [
  ...(["channels", "inner", "positions", "span", "run", "members"] as const),
  ...(["blocks", "splits", "share", "parts", "second", "third", "bits"] as const),
];
const fractions: readonly Fraction[] = ["epsilon", "slope", "momentum", "count"];

export const parameterNames: readonly (WholeNumber | Fraction)[] = [...wholeNumbers, ...fractions];
export const parameterTypes: readonly ("u32" | "f32")[] = [
  ...wholeNumbers.map(() => "u32" as const),
  ...fractions.map(() => "f32" as const),
];

/** Operands with a unit at every position; the others have one for every channel, in f32. */
const tensors = ["x", "residual", "y", "dy", "dx", "dz"];

/** What a kernel's code is made for. */
export interface TileSetting {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** How tensors are stored. */
  readonly elements: FloatElements;
  /** Whether members join in subgroups first: a channel then has the whole workgroup. */
  readonly subgroups: boolean;
}

/** What lanes know of a channel, each field for all channels of the lane, and `join`, which merges two of them. */
export interface PartCode {
  readonly fields: readonly string[];
  readonly code: string;
}

/** The text for each load of a tile. */
export const each = (loads: number, text: (index: number) => string): string =>
  Array.from({ length: loads }, (_, index) => text(index)).join("");

const entriesOf = ({ fields }: PartCode, text: (field: string) => string): string => fields.map(text).join();

/** The part of another lane or of the first one, and those of all lanes joined, which is right in the first one only. */
const subgroupText = (part: PartCode): string => `
var<workgroup> scattered:atomic<u32>;
fn partOf(a:Part,reach:u32)->Part{return Part(${entriesOf(part, (field) => `subgroupShuffleXor(a.${field},reach)`)});}
fn partOfFirst(a:Part)->Part{return Part(${entriesOf(part, (field) => `subgroupBroadcast(a.${field},0u)`)});}
fn joinLanes(own:Part,size:u32)->Part{
var all=own;
for(var reach=size/2u;reach>0u;reach/=2u){all=join(all,partOf(all,reach));}
return all;}`;

/** The operands of a kernel, in order: S is what belongs to the channels of a lane. */
export const operandsOf = (names: readonly string[], { type }: FloatElements): WgslOperands =>
  Object.fromEntries(names.map((name) => [name, tensors.includes(name) ? type : "S"]));

/** V is what a lane loads and S what belongs to its channels: arithmetic of the two needs no conversion. */
function head(unit: Unit, part: PartCode, { elements, subgroups }: TileSetting): string {
  const [wide, sum] = [unit === "single" ? "f32" : "vec4f", unit === "along" ? "v.x+v.y+v.z+v.w" : "v"];
  const fields = parameterNames.map((name, index) => `${name}:${parameterTypes[index]}`);
  return `${floatElementsSource(elements)}alias V=${wide};
alias S=${unit === "across" ? "vec4f" : "f32"};
alias U=${unit === "across" ? "vec4u" : "u32"};
struct P{${fields.join()}}
@group(1) @binding(0) var<uniform> p: P;
struct Part{${entriesOf(part, (field) => `${field}:S`)}}
${part.code}
var<workgroup> pool:array<Part,${workgroupSize}>;${subgroups ? subgroupText(part) : ""}
fn total(v:V)->S{return ${sum};}
fn orOne(n:S)->S{return select(n,S(1f),n==S());}
fn inverseStdOf(n:S,m2:S)->S{let v=m2/orOne(n)+p.epsilon;return select(inverseSqrt(v),S(),v==S());}
`;
}

const lanesOfSubgroup = ",@builtin(subgroup_size) size:u32,@builtin(subgroup_invocation_id) lane:u32";

/** A kernel, whose entry point calls the function `tile`: `body` finds its channels and its first position, whose place `load` reads and advances. */
export const tileCode = (
  unit: Unit,
  entry: string,
  part: PartCode,
  setting: TileSetting,
  body: string,
): string => `${head(unit, part, setting)}
@compute @workgroup_size(${workgroupSize})
fn ${entry}(@builtin(workgroup_id) w:vec3u,@builtin(num_workgroups) ws:vec3u,@builtin(local_invocation_index) t:u32${setting.subgroups ? lanesOfSubgroup : ""}){tile(w,ws,t${setting.subgroups ? ",size,lane" : ""});}
fn tile(w:vec3u,ws:vec3u,t:u32${setting.subgroups ? ",size:u32,lane:u32" : ""}){
let place=w.x+w.y*ws.x;
let split=place/p.blocks;
let lanes=p.span*p.run;
let slot=t%lanes/p.run;
let member=t/lanes*p.run+t%p.run;
let mine=place%p.blocks*p.span+slot;
let works=member<p.members&&mine<p.channels&&split<p.splits;
let channel=min(mine,p.channels-1u);
let first=channel*p.inner;
let stride=p.channels*p.inner;
let begin=split*p.share+member;
let end=select(0u,min((split+1u)*p.share,p.positions),works);
var at=begin;var row=at/p.inner;var column=at%p.inner;
let rows=p.members/p.inner;let columns=p.members%p.inner;
${body}}`;

/** Load `n`: whether its position is one of the workgroup's, `in`, its place, `to`, and what `values` read from there. */
export const load = (n: number, values: string): string => `
let in${n}=at<end;let to${n}=select(first,first+row*stride+column,in${n});${values}
at+=p.members;row+=rows;column+=columns;if(column>=p.inner){column-=p.inner;row+=1u;}`;

/** Repeats tiles until the positions of the workgroup end. */
export const tiles = (tile: string): string => `while(at<end){${tile}}\n`;

export const rewind = "at=begin;row=at/p.inner;column=at%p.inner;\n";

/** Joins `all` of each member, always in the same order, and gives it the name `result`. */
export const joinMembers = (result: string, { subgroups }: TileSetting): string =>
  subgroups ? joinSubgroups(result) : joinInMemory(result);

const joinInMemory = (result: string): string => `
let own=slot*p.members+member;
if(member<p.members){pool[own]=all;}
workgroupBarrier();
var reach=${workgroupSize / 2}u;
while(reach>=p.members){reach/=2u;}
for(;reach>0u;reach/=2u){
if(member<reach&&member+reach<p.members){pool[own]=join(pool[own],pool[own+reach]);}
workgroupBarrier();}
let ${result}=pool[slot*p.members];
`;

/**
 * A subgroup leaves its part at the index of its first lane, and each subgroup joins them all in the same order. Elsewhere the
 * pool has the zeros that it began with, which add nothing: where first lanes are scattered, all of it is read.
 */
const joinSubgroups = (result: string): string => `
let own=joinLanes(all,size);
if(lane==0u){pool[t]=own;if(t%size>0u){atomicStore(&scattered,1u);}}
workgroupBarrier();
let step=select(size,1u,atomicLoad(&scattered)>0u);
all=Part();
for(var k=lane*step;k<${workgroupSize}u;k+=size*step){all=join(all,pool[k]);}
let ${result}=partOfFirst(joinLanes(all,size));
`;

/**
 * Statistics as `found`, with a mean that counts from `pivot`, give z = (x - centre) * factor + offset: centre is the mean as
 * f32, or NaN where M2 is NaN, and what that cuts off is its `rest`, by Knuth's sum of two numbers. The mask that the device cannot know keeps
 * compilers that reassociate from taking the rest for 0. Forward and backward passes compute z here, with the same bits.
 */
export const coefficients = (hasScale: boolean, hasShift: boolean): string => `
let centre=bitcast<S>(bitcast<U>(select(found.m2,pivot+found.mean,found.m2==found.m2))&U(p.bits));
let beyond=centre-pivot;
let rest=(pivot-(centre-beyond))+(found.mean-beyond);
let inverseStd=inverseStdOf(found.n,found.m2);
let factor=inverseStd${hasScale ? "*scale[channel]" : ""};
let offset=fma(-rest,factor,${hasShift ? "shift[channel]" : "S()"});
`;

/** `value`, multiplied by the slope of the activation where `basis` is at most 0. NaN counts as above 0. */
export function activatedText(activation: Activation, basis: string, value: string): string {
  if (activation === "none") return value;
  const isRelu = activation === "relu" || activation.leakyRelu === 0;
  return `select(${value},${isRelu ? "V()" : `${value}*p.slope`},${basis}<=V())`;
}

/** A row of statistics, for a channel: count, mean, what f32 cuts off the mean, or M2 of one of several parts. */
export const rowOfPart = (name: string, part: string, row: number): string =>
  `${name}[(${part}*4u+${row}u)*p.channels+channel]`;

/** Statistics that are complete. */
export const statisticsGiven = (name: string): string => `
let pivot=${rowOfPart(name, "0u", 1)};
let found=Given(${[0, 2, 3].map((row) => rowOfPart(name, "0u", row)).join()});
`;
