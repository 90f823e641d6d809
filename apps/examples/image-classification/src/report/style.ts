/** Nothing is wider than the page, whatever its width. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2326; --soft: #5d6b72; --line: #dfe5e8; --page: #fff; --right: #0b7285; --wrong: #d9480f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ecef; --soft: #93a3ab; --line: #333d42; --page: #14191b; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 64rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } p.setting, p.note { color: var(--soft); margin: .25rem 0; }
p.findings { max-width: 46rem; }
.results { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.5rem 2rem; align-items: start; }
table { border-collapse: collapse; width: 100%; margin: 0; font-size: .95rem; } th, td { padding: .3rem 0 .3rem .75rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: bottom; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } th { font-weight: 600; }
svg { display: block; width: 100%; height: auto; } svg.confusion { max-width: 30rem; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg text.title { font-weight: 600; font-size: 14px; }
svg text.tick, svg text.label { fill: var(--soft); } svg text.count { font-size: 9.5px; } svg text.inverse { fill: #fff; } svg .grid { stroke: var(--line); } svg .mark { stroke: var(--soft); stroke-dasharray: 4 4; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); gap: 1rem .75rem; } figure { margin: 0; }
figure img { width: 100%; max-width: 7rem; image-rendering: pixelated; border-radius: 4px; display: block; } figcaption { font-size: .8rem; line-height: 1.3; color: var(--soft); margin-top: .25rem; } figcaption b { color: var(--ink); }
`;
