/** Globs over names of packages and other words: `*` and `?`, and nothing else. */
import { parsePackage } from './names.ts'

/** `*` is any run of characters but the slash, `?` any one but the slash. Linear: no backtracking on hostile globs. */
export function matchesGlob(text: string, glob: string): boolean {
  const texts = parsePackage(text)
  const [namespace = '', name = ''] = glob.split('/')
  return matchesText(texts.namespace, namespace) && matchesText(texts.name, name)
}

/** The same for one word of any kind. */
export function matchesText(text: string, glob: string): boolean {
  let at = 0
  let pattern = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    const wanted = glob[pattern]
    if (wanted === '*') {
      star = pattern++
      resume = at
    } else if (wanted === '?' || wanted === text[at]) {
      pattern++
      at++
    } else if (star >= 0) {
      pattern = star + 1
      at = ++resume
    } else return false
  }
  return /^\**$/.test(glob.slice(pattern))
}
