import { escapeHtml, escapeProse } from "../page/escape.ts";
import { getColor } from "../page/palette.ts";
import type { Highlights, Word } from "./blocks.ts";

/** The strongest background still leaves the text readable. */
const strongest = 55;

/** A text whose words have a background in the color of their sign, as strong as their weight, and an underline of another kind for each sign. */
export function drawHighlights({ words, heading, caption, separator = " " }: Highlights): string {
  const title = heading === undefined ? "" : `<b>${escapeHtml(heading)}</b> `;
  const small = caption === undefined ? "" : `<p class="note">${escapeProse(caption)}</p>`;
  return `<div class="wide"><p class="words">${title}${words.map(drawWord).join(escapeHtml(separator))}</p>${small}</div>`;
}

function drawWord({ text, weight }: Word): string {
  const share = Number.isFinite(weight) ? Math.min(1, Math.abs(weight)) : 0;
  const percent = Math.round(strongest * share);
  if (percent === 0) return escapeHtml(text);
  const [kind, slot] = weight > 0 ? ["for", 0] : ["against", 1];
  const background = `background:color-mix(in srgb, ${getColor(slot as number)} ${percent}%, transparent)`;
  return `<mark class="${kind}" style="${background}" title="${weight.toFixed(2)}">${escapeHtml(text)}</mark>`;
}
