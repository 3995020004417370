/** What an artifact is, by its name: as what it is listed, and how a page shows it. Its content is never believed. */
import { posix } from 'node:path'

export type Kind = 'text' | 'image' | 'page' | 'other'

export interface FileKind {
  kind: Kind
  /** Media type. */
  type: string
}

const types: Readonly<Record<string, FileKind>> = {
  ...each('text', 'text/plain', [
    'txt',
    'log',
    'out',
    'err',
    'md',
    'rst',
    'conf',
    'cfg',
    'ini',
    'toml',
    'tap',
    'sh',
  ]),
  ...each('text', 'text/plain', [
    'py',
    'pl',
    'rb',
    'c',
    'h',
    'js',
    'ts',
    'css',
    'patch',
    'diff',
    'changes',
    'dsc',
  ]),
  ...each('text', 'text/csv', ['csv']),
  ...each('text', 'application/json', ['json', 'jsonl']),
  ...each('text', 'application/yaml', ['yaml', 'yml', 'fmf']),
  ...each('text', 'application/xml', ['xml']),
  ...each('image', 'image/png', ['png']),
  ...each('image', 'image/jpeg', ['jpg', 'jpeg']),
  ...each('image', 'image/gif', ['gif']),
  ...each('image', 'image/webp', ['webp']),
  ...each('image', 'image/svg+xml', ['svg']),
  ...each('page', 'text/html', ['html', 'htm']),
  ...each('other', 'application/gzip', ['gz', 'tgz']),
  ...each('other', 'application/zip', ['zip']),
  ...each('other', 'application/pdf', ['pdf']),
  ...each('other', 'application/vnd.debian.binary-package', ['deb']),
  ...each('other', 'application/x-rpm', ['rpm']),
}

function each(kind: Kind, type: string, extensions: readonly string[]): Record<string, FileKind> {
  return Object.fromEntries(extensions.map((extension) => [extension, { kind, type }]))
}

const unknown: FileKind = { kind: 'other', type: 'application/octet-stream' }

export function fileKind(path: string): FileKind {
  const extension = posix.extname(path).slice(1).toLowerCase()
  return Object.hasOwn(types, extension) ? (types[extension] ?? unknown) : unknown
}

/** Whether bytes from the beginning of a file whose name says nothing are text. */
export const looksLikeText = (beginning: Buffer): boolean => !beginning.includes(0)
