/** `assay key`: the public keys with which users push over ssh. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { readConfig } from '../../core/config.ts'
import { AppError } from '../../core/errors.ts'
import { allPages } from '../all-pages.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'
import { type Action, subcommands } from '../subcommands.ts'

interface KeyJson {
  id: number
  user: string
  fingerprint: string
  label: string
}

export default {
  usage: 'add USER FILE|- | list [USER] | rm ID',
  summary:
    'Adds the public keys of a file (one a line, as in id_ed25519.pub) to a user, lists keys, removes one.',
  run: (args) => subcommands(actions)(args),
} satisfies Command

const actions: Record<string, Action> = {
  async add(args) {
    const { values, positionals } = readArguments(args, {}, { least: 2, most: 2 })
    const [user, file = '-'] = positionals
    const api = openApi(readConfig(process.env))
    const added: KeyJson[] = []
    for (const key of await keysIn(file)) added.push(await api.post<KeyJson>('/api/v1/keys', { user, key }))
    if (values.json) printJson(added)
    else for (const one of added) print(`${one.fingerprint} is a key of ${one.user}.`)
  },
  async list(args) {
    const { values, positionals } = readArguments(args, {}, { least: 0, most: 1 })
    const user = positionals[0]
    const path = user === undefined ? '/api/v1/keys' : `/api/v1/keys?user=${encodeURIComponent(user)}`
    const keys = await allPages<KeyJson>(openApi(readConfig(process.env)), path)
    if (values.json) printJson(keys)
    else
      printTable(
        ['ID', 'USER', 'KEY', 'LABEL'],
        keys.map((one) => [String(one.id), one.user, one.fingerprint, one.label]),
      )
  },
  async rm(args) {
    const { positionals } = readArguments(args, {}, { least: 1, most: 1 })
    const id = positionals[0] ?? ''
    await openApi(readConfig(process.env)).remove(`/api/v1/keys/${encodeURIComponent(id)}`)
    print(`Key ${id} is removed.`)
  },
}

/** The lines of `file` that are neither empty nor a comment. */
async function keysIn(file: string): Promise<string[]> {
  const reading = file === '-' ? text(process.stdin) : readFile(file, 'utf8')
  const content = await reading.catch((error: unknown) => {
    throw new AppError('UNREADABLE', 400, `${file} cannot be read: ${(error as Error).message}`)
  })
  // Not even the server may see one.
  if (content.includes('PRIVATE KEY'))
    throw new AppError('BAD_KEY', 400, `${file} is a private key: name the file that ends in .pub.`)
  const lines = content.split('\n').filter((line) => /^\s*[^#\s]/.test(line))
  if (lines.length > 0) return lines
  throw new AppError('BAD_KEY', 400, `There is no key in ${file}: name a file such as id_ed25519.pub.`)
}
