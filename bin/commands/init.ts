/** `assay init`: a check repository to begin with, and a hook that looks at what is to be pushed. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { AppError } from '../../core/errors.ts'
import { command, CommandFailed } from '../../runner/command.ts'
import { examples, json, UsageError } from '../command.ts'
import { print, printJson } from '../output.ts'
import { formats, prePushHook, starts, type StartFile } from '../starts.ts'

export default new Command('init')
  .summary('write a first check')
  .description('Writes a first check into a folder. Nothing that is there is overwritten.')
  .argument('[folder]', 'where to', '.')
  .option('--native', 'a checks.yaml (the default)')
  .option('--dep8', 'debian/tests, as autopkgtest runs them')
  .option('--tmt', 'a plan and a test of tmt')
  .option('--hook', 'have git run `assay lint` before each push of this clone; alone, it writes no check')
  .option(...json)
  .addHelpText('after', examples('init my-checks', 'init --dep8 --hook'))
  .action(async (where, options) => {
    const asked = formats.filter((format) => options[format])
    if (asked.length > 1) throw new UsageError(`only one of ${formats.map((name) => `--${name}`).join(', ')}`)
    const folder = resolve(where)
    // Who asks for nothing but the hook has checks already.
    const wanted = asked.length === 0 && options.hook ? [] : starts[asked[0] ?? 'native']
    const hooks = options.hook ? await gitFolder(folder) : null
    const written: string[] = []
    for (const file of wanted) written.push(await write(folder, file))
    if (hooks !== null) written.push(await write(hooks, prePushHook))
    if (options.json) printJson({ written })
    else {
      for (const path of written) print(path)
      print('\nNext: `assay lint` says what a push would declare, `assay run` runs it here.')
    }
  })

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
