/** The image store: guest operating systems in a folder, built from recipes or imported. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, NotFound } from '../core/errors.ts'
import type { ImageFacts } from '../schemas/types.gen.ts'
import { validateImage } from '../schemas/validate.ts'
import { command, CommandFailed } from './command.ts'
import { buildFromRecipe, recipeDigest, type Progress } from './image-recipe.ts'
import { locked } from './lock.ts'

/** What a machine starts from. */
export interface BootDisk {
  facts: Pick<ImageFacts, 'disk' | 'kernel'>
  /** Absolute path of the image's own folder. */
  folder: string
}

export interface Image extends BootDisk {
  facts: ImageFacts
}

export type ImageStore = ReturnType<typeof imageStore>

const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/

export function imageStore(folder: string) {
  const folderOf = (name: string): string => {
    if (!namePattern.test(name))
      throw new AppError(
        'BAD_IMAGE_NAME',
        400,
        `${JSON.stringify(name)} is no name for an image: use a-z, 0-9 and . _ -`,
      )
    return join(folder, name)
  }
  const find = async (name: string): Promise<Image | null> => {
    const text = await readFile(join(folderOf(name), 'image.json'), 'utf8').catch(() => '{}')
    const { value } = validateImage(parse(text))
    return value ? { facts: value, folder: folderOf(name) } : null
  }
  /** Whoever changes an image has it alone; others wait. What a builder that was killed left goes first. */
  const alone = async <T>(
    name: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> => {
    folderOf(name)
    await mkdir(folder, { recursive: true })
    const lock = join(folder, `.${name}.lock`)
    return locked(
      lock,
      async () => {
        const left = (await readdir(folder)).filter((entry) => entry.startsWith(`.new-${name}-`))
        for (const entry of left) await rm(join(folder, entry), { recursive: true, force: true })
        return work()
      },
      signal,
    )
  }
  return {
    folder,
    find,
    async get(name: string): Promise<Image> {
      const image = await find(name)
      if (!image) throw new NotFound('image', name)
      return image
    },
    async list(): Promise<Image[]> {
      const names = await readdir(folder).catch(() => [])
      const images = await Promise.all(names.filter((name) => namePattern.test(name)).map(find))
      return images.filter((image) => image !== null)
    },
    /** Builds the image of that recipe, unless it is there already and its recipe has not changed. */
    async build(name: string, progress: Progress, signal?: AbortSignal): Promise<Image> {
      return alone(name, signal, async () => {
        const present = await find(name)
        const recipe = await recipeDigest(name)
        if (present?.facts.recipe === recipe) return present
        return install(name, async (target) => ({
          ...(await buildFromRecipe(name, target, progress, signal)),
          recipe,
        }))
      })
    },
    /** Takes a disk image that boots by itself. `adopt` changes the copy, where it is no guest of ours yet. */
    async importDisk(
      file: string,
      name: string,
      { adopt, signal }: { adopt?: (copy: BootDisk) => Promise<void>; signal?: AbortSignal } = {},
    ): Promise<Image> {
      return alone(name, signal, () =>
        install(name, async (target) => {
          const facts = { disk: { file: 'disk.qcow2', format: 'qcow2' as const } }
          await convertDisk(file, join(target, facts.disk.file), signal)
          await adopt?.({ facts, folder: target })
          return { ...facts, packages: [] }
        }),
      )
    },
    async remove(name: string): Promise<void> {
      await alone(name, undefined, async () => {
        if (!(await find(name))) throw new NotFound('image', name)
        await rm(folderOf(name), { recursive: true })
      })
    },
  }

  /** Makes the image beside its place and renames it there: nobody sees half an image. */
  async function install(
    name: string,
    make: (
      target: string,
    ) => Promise<Pick<ImageFacts, 'disk' | 'kernel' | 'packages' | 'sources' | 'recipe'>>,
  ): Promise<Image> {
    const target = await mkdtemp(join(folder, `.new-${name}-`))
    try {
      const made = await make(target)
      const parts = [made.disk.file, made.kernel?.file, made.kernel?.initrd].filter(
        (part) => part !== undefined,
      )
      const facts: ImageFacts = {
        name,
        arch: 'x86_64',
        digest: await digest(target, parts),
        builtAt: new Date().toISOString(),
        ...made,
      }
      await writeFile(join(target, 'image.json'), JSON.stringify(facts, null, 2) + '\n')
      await command('chmod', ['-R', 'a+rX', target])
      await rm(folderOf(name), { recursive: true, force: true })
      await rename(target, folderOf(name))
      return { facts, folder: folderOf(name) }
    } finally {
      await rm(target, { recursive: true, force: true })
    }
  }
}

/** A disk that names other files (a backing file, an external data file) would pull them into every machine. */
async function convertDisk(file: string, target: string, signal?: AbortSignal): Promise<void> {
  const bad = (why: string): AppError =>
    new AppError('BAD_DISK_IMAGE', 400, `${file} ${why}: give a raw or qcow2 disk that needs no other file.`)
  const text = await command('qemu-img', ['info', '--output=json', file], { signal }).catch(
    (error: unknown) => {
      if (error instanceof CommandFailed) throw bad(`cannot be read (${error.message})`)
      throw error
    },
  )
  const info = parse(text) as {
    format?: string
    'backing-filename'?: string
    'format-specific'?: { data?: { 'data-file'?: string } }
  }
  if (info.format !== 'raw' && info.format !== 'qcow2')
    throw bad(`is ${info.format ?? 'of an unknown format'}`)
  if (info['backing-filename'] !== undefined || info['format-specific']?.data?.['data-file'] !== undefined)
    throw bad('keeps its content in another file')
  await command('qemu-img', ['convert', '-f', info.format, '-O', 'qcow2', file, target], { signal })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** sha256 over the parts in order: the image's identity. */
async function digest(folder: string, parts: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const part of parts)
    for await (const chunk of createReadStream(join(folder, part))) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
