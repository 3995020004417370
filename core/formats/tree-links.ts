/** Which symbolic links of a tree may be handed over: those that cannot lead out of it, whatever else is linked. */

/**
 * Whether the link at `path` leads to somewhere in the same tree. `..` counts only in front: behind a name that is a link
 * itself it would lead elsewhere than it reads.
 */
export function staysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return false
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const ups = parts.filter((part) => part === '..').length
  return parts.slice(0, ups).every((part) => part === '..') && ups < path.split('/').length
}
