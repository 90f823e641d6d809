import { colorRules } from "./palette.ts";

/** The style of a page. Nothing is wider than the page, whatever its width; a table that is wider moves within its own frame. */
export const style: string = `
${colorRules}
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 64rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } p { margin: .5rem 0; } p.setting, p.note { color: var(--soft); margin: .25rem 0; }
p.findings { max-width: 46rem; margin: 1rem 0; }
.blocks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.5rem 2rem; align-items: start; margin: .75rem 0; }
.blocks > * { min-width: 0; } .wide { grid-column: 1 / -1; } .chart { max-width: 32rem; }
.frame { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .95rem; } caption { text-align: left; font-weight: 600; font-size: .9rem; padding-bottom: .25rem; }
th, td { padding: .3rem 0 .3rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; overflow-wrap: normal; } thead th { vertical-align: bottom; } .frame.wide table { font-size: .85rem; } th { font-weight: 600; } th:first-child, td:first-child { padding-left: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; } td.number, td.bad, td.good { white-space: nowrap; } tr.strong td, tr.strong th, .strong { font-weight: 600; } tbody th { font-weight: inherit; overflow-wrap: anywhere; min-width: 6rem; } tr.heading th { font-weight: 600; padding-top: .75rem; }
tr.strong td, tr.strong th { color: var(--slot-0); } td.bad { color: var(--bad); font-weight: 600; } td.good { color: var(--slot-0); font-weight: 600; }
svg { display: block; width: 100%; height: auto; } figure { margin: 0; } figcaption { font-size: .8rem; line-height: 1.3; color: var(--soft); margin-top: .25rem; } figcaption b { color: var(--ink); }
.pictures { display: grid; gap: 1rem .75rem; } .pictures.small { grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); } .pictures.medium { grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)); }
.pictures.large { grid-template-columns: repeat(auto-fill, minmax(min(28rem, 100%), 1fr)); }
.pictures.small .picture { max-width: 7rem; } .pictures.large .picture { max-width: 40rem; }
.picture { position: relative; overflow: hidden; border-radius: 4px; } .picture img { width: 100%; height: auto; display: block; } .picture img.pixelated { image-rendering: pixelated; } .picture img.heat { position: absolute; inset: 0; height: 100%; }
.picture .box { position: absolute; border: 2px solid; box-shadow: 0 0 0 1px #fff8; } .picture .box.dashed { border-style: dashed; } .picture .box span { position: absolute; left: -2px; top: -2px; padding: 0 .25rem; font-size: .7rem; line-height: 1.2; color: var(--on-slot); white-space: nowrap; } .picture .box.right span { left: auto; right: -2px; }
p.words { margin: .25rem 0; } p.words mark { color: inherit; border-radius: 3px; padding: .1em .15em; } p.words mark.for { border-bottom: 2px solid var(--slot-0); } p.words mark.against { border-bottom: 2px dashed var(--slot-1); }
details { margin: .75rem 0; } summary { cursor: pointer; color: var(--soft); } ul { margin: .5rem 0; padding-left: 1.25rem; }
`;
