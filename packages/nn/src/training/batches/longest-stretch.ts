/** Milliseconds after which the event loop gets a turn. */
export const longestStretch = 50;
