/** `assay image`: the guest operating systems of this host's machines. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { AppError } from '../../core/errors.ts'
import { readConfig } from '../../core/config.ts'
import { imageStore, type BootDisk, type Image } from '../../runner/images.ts'
import { keptTemplates, type Kept } from '../../runner/machine/kept-templates.ts'
import { defaultShape } from '../../runner/machine/machine.ts'
import { openMachines, templatesFolder, type Machines } from '../../runner/machine/machines.ts'
import { examples, json } from '../command.ts'
import { print, printJson, printTable, say } from '../output.ts'
import { progressBar } from '../progress.ts'

const store = () => imageStore(join(readConfig(process.env).data, 'images'))

interface Options {
  json?: true | undefined
}

async function build(name: string, options: Options): Promise<void> {
  const begun = performance.now()
  const steps: string[] = []
  const image = await shown(`image ${name}`, async (update, signal) => {
    const progress = (step: string, fraction: number): void => {
      steps.push(step)
      update(step, fraction)
    }
    const built = await store().build(name, progress, signal)
    await withMachines((machines) => makeTemplate(machines, name, update, signal))
    return built
  })
  if (options.json) printJson(facts(image))
  else if (steps.length > 0)
    print(`Image ${name} was built in ${Math.round((performance.now() - begun) / 1000)} s: ${image.folder}`)
  else print(`Image ${name} is there already, as its recipe says: ${image.folder}`)
}

async function importDisk(
  path: string,
  options: Options & { name: string; asIs?: true | undefined },
): Promise<void> {
  const { name, asIs } = options
  const file = resolve(path)
  const image = await shown(`image ${name}`, async (update, signal) => {
    update('copying the disk', 0)
    if (asIs) return store().importDisk(file, name, { signal })
    return withMachines(async (machines) => {
      const adopt = (copy: BootDisk): Promise<void> => {
        update('booting it once, to become a guest', 0.1)
        return machines.adopt(copy, signal)
      }
      const imported = await store().importDisk(file, name, { adopt, signal })
      await makeTemplate(machines, name, update, signal)
      return imported
    })
  })
  if (options.json) printJson(facts(image))
  else print(`Image ${name} was made of ${file}: ${image.folder}`)
}

/** Of the machines that checks have by default: the first of them need not wait for it. */
async function makeTemplate(
  machines: Machines,
  name: string,
  update: (step: string, fraction: number) => void,
  signal: AbortSignal,
): Promise<void> {
  update('making the template that its machines are cloned from', 0.95)
  await machines.prepare(defaultShape(name), signal)
}

async function withMachines<T>(work: (machines: Machines) => Promise<T>): Promise<T> {
  const { data, mirrors, templates } = readConfig(process.env)
  const log = { info: () => undefined, warn: sayWhy }
  const machines = await openMachines({
    data,
    images: store(),
    mirrors,
    internetAllowed: false,
    templates,
    log,
  })
  try {
    return await work(machines)
  } finally {
    await machines.close()
  }
}

async function list(options: Options): Promise<void> {
  const images = await store().list()
  const config = readConfig(process.env)
  const kept = await keptTemplates(templatesFolder(config))
  if (options.json) printJson(images.map(facts))
  else if (images.length === 0) say('There is no image yet: `assay image build debian-12` makes one.')
  else
    printTable(
      ['NAME', 'BUILT', 'SIZE', 'TEMPLATES', 'PACKAGES', 'DIGEST'],
      await Promise.all(
        images.map(async (image) => {
          const { name, builtAt, packages, digest } = image.facts
          return [
            name,
            builtAt,
            `${await mebibytes(image)} MiB`,
            templatesOf(image, kept),
            String(packages.length),
            digest.slice(0, 12),
          ]
        }),
      ),
    )
}

async function remove(name: string, options: Options): Promise<void> {
  await store().remove(name)
  if (options.json) printJson({ name, removed: true })
  else print(`Image ${name} is gone. Machines that run keep what they have of it until they end.`)
}

/** Ctrl-C gives the work up and clears away what it had made so far. */
async function shown<T>(
  what: string,
  work: (update: (step: string, fraction: number) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const bar = progressBar(what)
  const stop = new AbortController()
  const onSignal = (): void => stop.abort(new AppError('STOPPED', 500, 'Stopped; nothing was changed.'))
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, onSignal)
  try {
    return await work(bar.update, stop.signal)
  } catch (error) {
    stop.signal.throwIfAborted()
    throw error
  } finally {
    bar.end()
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal)
  }
}

/** How many, and what they take of the disk. */
function templatesOf({ facts: { digest } }: Image, kept: readonly Kept[]): string {
  const own = kept.filter(({ facts }) => facts?.imageDigest === digest)
  const bytes = own.reduce((sum, { facts }) => sum + (facts?.bytes ?? 0), 0)
  return own.length === 0 ? 'none' : `${own.length}, ${Math.round(bytes / 2 ** 20)} MiB`
}

const sayWhy = ({ err }: { err?: unknown }, words: string): void =>
  say(err instanceof Error ? `${words}: ${err.message}` : words)

const facts = ({ facts, folder }: Image) => ({ ...facts, folder })

async function mebibytes({ facts, folder }: Image): Promise<number> {
  const { blocks } = await stat(join(folder, facts.disk.file))
  return Math.round((blocks * 512) / (1 << 20))
}

export default new Command('image')
  .summary('build, import, list and remove guest images')
  .description("The guest operating systems of this host's machines.")
  .addCommand(
    new Command('build')
      .summary('build an image from its recipe')
      .description('Builds an image from its recipe in images/, where that has changed.')
      .argument('<name>', 'the recipe')
      .option(...json)
      .addHelpText('after', examples('image build debian-12'))
      .action(build),
  )
  .addCommand(
    new Command('import')
      .summary('take a disk, such as a cloud image')
      .description(
        'Takes a disk, such as a cloud image of a distribution, and boots it once to become a guest.',
      )
      .argument('<file>', 'qcow2 or raw')
      .requiredOption('--name <name>', 'what the image is called')
      .option('--as-is', 'it is a guest already: do not boot it')
      .option(...json)
      .addHelpText('after', examples('image import debian-13-generic-amd64.qcow2 --name debian-13'))
      .action(importDisk),
  )
  .addCommand(
    new Command('list')
      .summary('list images')
      .description('Lists images.')
      .option(...json)
      .addHelpText('after', examples('image list'))
      .action(list),
  )
  .addCommand(
    new Command('rm')
      .summary('remove an image')
      .description('Removes an image. Machines that run keep what they have of it.')
      .argument('<name>', 'the image')
      .option(...json)
      .addHelpText('after', examples('image rm debian-12'))
      .action(remove),
  )
