/** `assay init`: a check repository to begin with, and a hook that looks at what is to be pushed. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { command, CommandFailed } from '../../runner/command.ts'
import { readArguments } from '../arguments.ts'
import { UsageError, type Command } from '../command.ts'
import { print, printJson } from '../output.ts'
import { formats, prePushHook, starts, type StartFile } from '../starts.ts'

export default {
  usage: '[DIR] [--native | --dep8 | --tmt] [--hook] [--json]',
  summary: 'Writes a first check. --hook: and has git run `assay lint` before every push from this clone.',
  async run(args) {
    const kinds = {
      native: { type: 'boolean' },
      dep8: { type: 'boolean' },
      tmt: { type: 'boolean' },
    } as const
    const options = { ...kinds, hook: { type: 'boolean' } } as const
    const { values, positionals } = readArguments(args, options, { least: 0, most: 1 })
    const asked = formats.filter((format) => values[format])
    if (asked.length > 1) throw new UsageError(`only one of ${formats.map((name) => `--${name}`).join(', ')}`)
    const folder = resolve(positionals[0] ?? '.')
    // Who asks for nothing but the hook has checks already.
    const wanted = asked.length === 0 && values.hook ? [] : starts[asked[0] ?? 'native']
    const hooks = values.hook ? await gitFolder(folder) : null
    const written: string[] = []
    for (const file of wanted) written.push(await write(folder, file))
    if (hooks !== null) written.push(await write(hooks, prePushHook))
    if (values.json) printJson({ written })
    else {
      for (const path of written) print(path)
      print('\nNext: `assay lint` says what a push would declare, `assay run` runs it here.')
    }
    return 0
  },
} satisfies Command

/** Throws FILE_EXISTS: nothing of anybody's is overwritten. */
async function write(folder: string, { path, content, executable }: StartFile): Promise<string> {
  const target = join(folder, path)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, content, { flag: 'wx', mode: executable ? 0o755 : 0o644 }).catch(
    (error: unknown) => {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
      throw new AppError(
        'FILE_EXISTS',
        409,
        `${target} is there already: move it away, or choose another folder.`,
      )
    },
  )
  return target
}

/** Where git looks for hooks of the clone around `folder`. Throws NO_CLONE. */
async function gitFolder(folder: string): Promise<string> {
  try {
    return (await command('git', ['-C', folder, 'rev-parse', '--absolute-git-dir'])).trim()
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    throw new AppError(
      'NO_CLONE',
      400,
      `${folder} is in no clone of git, which --hook needs: \`git init\` first.`,
    )
  }
}
