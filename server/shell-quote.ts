/** Words of a POSIX shell's command line. */

/** `word` as one word of it, quoted where it must be. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
