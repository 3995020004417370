/** Lists of architectures as Debian writes them: names, wildcards, and either all or none with a `!`. Pure. */

/** Those that Debian has machines of. */
export const debianArchitectures = [
  ...['amd64', 'arm64', 'armel', 'armhf', 'i386', 'loong64', 'mips64el', 'ppc64el', 'riscv64', 's390x'],
] as const

/** Whether `words` are meant for `arch`: any of those that are named, or none of those that are excluded. */
export function isForArchitecture(arch: string, words: readonly string[]): boolean {
  const named = words.filter((word) => !word.startsWith('!'))
  if (words.some((word) => word.startsWith('!') && isOne(arch, word.slice(1)))) return false
  return named.length === 0 || named.some((word) => isOne(arch, word))
}

const isOne = (arch: string, word: string): boolean =>
  [arch, 'any', 'linux-any', `any-${arch}`, `linux-${arch}`].includes(word)
