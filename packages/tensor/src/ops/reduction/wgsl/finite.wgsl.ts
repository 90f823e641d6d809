/** NaN and infinity are recognized by their bits, because compilers may assume that they do not occur. */
export const finiteCode = `
fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
fn bitsOrNan(x: f32, isNumber: bool) -> u32 { return select(0x7fc00000u, bitcast<u32>(x), isNumber); }`;
