/** What the archive of package-archive.ts offers, in two editions: guests come with the lists of the older one. */
import type { Deb } from './deb.ts'

/** The name that machines ask for it by. */
export const archiveHost = 'archive.assay.test'

export interface Offered extends Deb {
  /** The lists name it, and it is not there. */
  gone?: true
}

const program = (text: string): string => `#!/bin/sh\n${text}\n`
const says = (name: string, words: string): Record<string, string> => ({
  [`usr/bin/${name}`]: program(`echo ${words}`),
})

const always: Offered[] = [
  { name: 'hello', version: '2.10-3', files: says('hello', 'hello of the archive') },
  { name: 'hello-words', version: '1:1.4-1', files: says('hello-words', 'words') },
  {
    ...{ name: 'hello-politely', version: '1.0', depends: 'hello (>= 2.10), hello-words (<< 1:2)' },
    files: says('hello-politely', 'politely'),
  },
  { name: 'hello-gone', version: '1.0', files: {}, gone: true },
  { name: 'hello-needy', version: '1.0', files: {}, depends: 'no-such-package' },
  { name: 'hello-broken', version: '1.0', files: { 'DEBIAN/postinst': program('echo it breaks; exit 1') } },
  // As far as a test of their installation needs them. The real ones are in the image `tools`, and newer than these.
  {
    ...{ name: 'ansible-core', version: '1.0' },
    files: { 'usr/bin/ansible-playbook': program('echo "a playbook is run: $*"') },
  },
  {
    ...{ name: 'dpkg-dev', version: '1.20' },
    files: {
      'usr/bin/dpkg-source': program(
        '[ "$3" = --extract ] && mkdir "$5" && tar -C "$5" --strip-components=1 -xf "${4%.dsc}.tar.gz"',
      ),
    },
  },
]

/** What its lists in a fresh guest say. The file of this version of hello-moved is gone. */
export const older: readonly Offered[] = [
  ...always,
  { name: 'hello-moved', version: '1.0', files: says('hello-moved', 'before') },
]

/** What it says when it is asked. */
export const newer: readonly Offered[] = [
  ...always,
  { name: 'hello-moved', version: '1.1', files: says('hello-moved', 'after') },
  { name: 'hello-new', version: '1.0', files: says('hello-new', 'new') },
]
