/** Text for the contents of an element or for an attribute in quotation marks. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text for the contents of an element, in which a number and its unit stay on one line. */
export const escapeProse = (text: string): string =>
  escapeHtml(text).replace(/(\d) (?=%|\p{L})/gu, "$1&nbsp;");
