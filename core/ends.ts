/** Ends of text without what repeats there. Linear: a pattern such as /x+$/ looks again from each x. Pure. */

export function withoutEnd(text: string, character: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === character) end--
  return text.slice(0, end)
}

/** An address as forges and people write it, without slashes and `.git` at its end. */
export function withoutGit(address: string): string {
  const path = withoutEnd(address, '/')
  return path.endsWith('.git') ? path.slice(0, -'.git'.length) : path
}
