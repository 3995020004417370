/** Text of strangers, as people may be shown it: nothing in it acts, hides or turns the line around. Pure. */

/**
 * Characters that are never shown as themselves: controls and half surrogates (XML has no way to write them), and the
 * marks that turn the direction of text and so let it read as something it is not.
 */
const unseen = /[^\P{Cc}\t\n\r]|[\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu

/** `text` with what cannot be seen named, such as `[U+202E]`. */
export const visible = (text: string): string => text.replace(unseen, codePoint)

function codePoint(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
}
