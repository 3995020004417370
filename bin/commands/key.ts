/** `assay key`: the public keys with which users push over ssh. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { AppError } from '../../core/errors.ts'
import { allPages } from '../all-pages.ts'
import { openApi } from '../api.ts'
import { examples, json } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'

interface KeyJson {
  id: number
  user: string
  fingerprint: string
  label: string
}

const add = new Command('add')
  .summary('add the public keys of a file to a user')
  .description('Adds the public keys of a file to a user: one a line, as in id_ed25519.pub.')
  .argument('<user>', 'whose')
  .argument('<file>', 'the keys; - is standard input')
  .option(...json)
  .addHelpText('after', examples('key add ann ~/.ssh/id_ed25519.pub'))
  .action(async (user, file, options) => {
    const api = openApi(readConfig(process.env))
    const added: KeyJson[] = []
    for (const key of await keysIn(file)) added.push(await api.post<KeyJson>('/api/v1/keys', { user, key }))
    if (options.json) printJson(added)
    else for (const one of added) print(`${one.fingerprint} is a key of ${one.user}.`)
  })

const list = new Command('list')
  .summary('list keys')
  .description('Lists keys.')
  .argument('[user]', 'of this user alone')
  .option(...json)
  .addHelpText('after', examples('key list ann'))
  .action(async (user, options) => {
    const path = user === undefined ? '/api/v1/keys' : `/api/v1/keys?user=${encodeURIComponent(user)}`
    const keys = await allPages<KeyJson>(openApi(readConfig(process.env)), path)
    if (options.json) printJson(keys)
    else
      printTable(
        ['ID', 'USER', 'KEY', 'LABEL'],
        keys.map((one) => [String(one.id), one.user, one.fingerprint, one.label]),
      )
  })

const rm = new Command('rm')
  .summary('remove a key')
  .description('Removes a key.')
  .argument('<id>', 'as `assay key list` shows it')
  .addHelpText('after', examples('key rm 7'))
  .action(async (id) => {
    await openApi(readConfig(process.env)).remove(`/api/v1/keys/${encodeURIComponent(id)}`)
    print(`Key ${id} is removed.`)
  })

export default new Command('key')
  .summary('add, list and remove SSH keys')
  .description('The public keys with which users push over SSH.')
  .addCommand(add)
  .addCommand(list)
  .addCommand(rm)

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
