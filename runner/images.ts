/** The image store: guest operating systems in a folder, built from recipes or imported. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, NotFound } from '../core/errors.ts'
import type { ImageFacts } from '../schemas/types.gen.ts'
import { validateImage } from '../schemas/validate.ts'
import { command } from './command.ts'
import { buildFromRecipe, recipeDigest, type Progress } from './image-recipe.ts'

export interface Image {
  facts: ImageFacts
  /** Absolute path of the image's own folder. */
  folder: string
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
    const text = await readFile(join(folderOf(name), 'image.json'), 'utf8').catch(() => null)
    if (text === null) return null
    const { value } = validateImage(JSON.parse(text))
    return value ? { facts: value, folder: folderOf(name) } : null
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
      await mkdir(folder, { recursive: true })
      return locked(join(folder, `.${name}.lock`), async () => {
        const present = await find(name)
        const recipe = await recipeDigest(name)
        if (present?.facts.recipe === recipe) return present
        return install(name, async (target) => ({
          ...(await buildFromRecipe(name, target, progress, signal)),
          recipe,
        }))
      })
    },
    /** Takes a disk image that boots by itself. */
    async importDisk(file: string, name: string): Promise<Image> {
      await mkdir(folder, { recursive: true })
      return install(name, async (target) => {
        const info = JSON.parse(await command('qemu-img', ['info', '--output=json', file])) as {
          format: string
          ['backing-filename']?: string
        }
        if (info['backing-filename'] !== undefined || !['raw', 'qcow2'].includes(info.format))
          throw new AppError(
            'BAD_DISK_IMAGE',
            400,
            `${file} is ${info.format}: give a raw or qcow2 disk without a backing file.`,
          )
        await command('qemu-img', [
          'convert',
          '-f',
          info.format,
          '-O',
          'qcow2',
          file,
          join(target, 'disk.qcow2'),
        ])
        return { disk: { file: 'disk.qcow2', format: 'qcow2' as const }, packages: [] }
      })
    },
    async remove(name: string): Promise<void> {
      if (!(await find(name))) throw new NotFound('image', name)
      await rm(folderOf(name), { recursive: true })
    },
  }

  /** Makes the image beside its place and renames it there: nobody sees half an image. */
  async function install(
    name: string,
    make: (target: string) => Promise<Pick<ImageFacts, 'disk' | 'kernel' | 'packages' | 'recipe'>>,
  ): Promise<Image> {
    const target = await mkdtemp(join(folder, '.new-'))
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

/** sha256 over the parts in order: the image's identity. */
async function digest(folder: string, parts: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const part of parts)
    for await (const chunk of createReadStream(join(folder, part))) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Holds a lock file with our pid; a lock whose owner is gone is taken over. */
async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(String(process.pid))
      await file.close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const owner = await readFile(path, 'utf8').catch(() => '')
      const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs
      if (owner === '' ? age > 5000 : !alive(Number(owner))) await unlink(path).catch(() => undefined)
      else await delay(250)
    }
  }
  try {
    return await work()
  } finally {
    await unlink(path).catch(() => undefined)
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
