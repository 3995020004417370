/** What a test of DEP-8 depends on: dpkg's syntax, with @ for the packages of the build. Pure. */
import type { Stanza } from './deb822.ts'
import { isForArchitecture } from './debian-architectures.ts'

const marks = ['@', '@builddeps@', '@recommends@'] as const
/** Of words between which there is one space at most. */
const package_ =
  /^([A-Za-z0-9][A-Za-z0-9+.-]*)(:[a-z0-9-]+)? ?(?:\( ?(<<|<=|>=|>>|=|<|>) ?([A-Za-z0-9.+:~-]+) ?\))? ?(?:\[([^\]]*)\])? ?((?:<[^>]*> ?)*)$/

/** Those of `text` that cannot be read. */
export const strangeDepends = (text: string): string[] =>
  clausesOf(text)
    .flat()
    .filter((word) => !isMark(unrestricted(word)) && !package_.test(word))

/** Whether `text` asks for what the mark stands for. */
export const asksFor = (text: string, mark: (typeof marks)[number]): boolean =>
  clausesOf(text)
    .flat()
    .some((word) => unrestricted(word) === mark)

/** `text` as apt in a machine of Debian's `arch` takes it: without what is for others. @ and @recommends@ stay. */
export function dependsFor(text: string, arch: string): string {
  const clauses = clausesOf(text).map((words) =>
    words.flatMap((word) => {
      const mark = unrestricted(word)
      if (isMark(mark)) return [mark]
      const [, name = '', qualifier = '', relation, version = '', arches, profiles = ''] =
        package_.exec(word) ?? []
      if (!isForArchitecture(arch, wordsOf(arches)) || !isBuiltSo(profiles)) return []
      const own = qualifier === ':native' ? '' : qualifier
      return [`${name}${own}${relation === undefined ? '' : ` (${relation} ${version})`}`]
    }),
  )
  return clauses
    .filter((words) => words.length > 0)
    .map((words) => words.join(' | '))
    .join(', ')
}

/** What the source package that `stanza` describes is built with, for all architectures. */
export const builtWith = (stanza: Stanza): string =>
  [
    'build-essential',
    ...['build-depends', 'build-depends-arch', 'build-depends-indep'].map(
      (name) => stanza.get(name)?.value ?? '',
    ),
  ]
    .filter((text) => text.trim() !== '')
    .join(', ')
    .replaceAll(/\s+/g, ' ')

/** Alternatives by clause. */
const clausesOf = (text: string): string[][] =>
  text
    .split(',')
    .map((clause) => clause.split('|').map((word) => word.replaceAll(/\s+/g, ' ').trim()))
    .map((words) => words.filter((word) => word !== ''))
    .filter((words) => words.length > 0)

/** Without the architectures at its end. */
function unrestricted(word: string): string {
  if (!word.endsWith(']')) return word
  const open = word.indexOf('[', word.lastIndexOf(']', word.length - 2) + 1)
  return open < 0 ? word : word.slice(0, open).trimEnd()
}
const isMark = (word: string): boolean => (marks as readonly string[]).includes(word)
const wordsOf = (text = ''): string[] => text.split(/\s+/).filter(Boolean)

/** Build profiles: `<!nocheck>`. No profile is active here. */
const isBuiltSo = (profiles: string): boolean =>
  profiles.trim() === '' ||
  profiles
    .split('>')
    .slice(0, -1)
    .some((part) => wordsOf(part.slice(part.indexOf('<') + 1)).every((term) => term.startsWith('!')))
