/** Data folders of tests with what all of them share: the guests, what was found out about this host, and the templates. */
import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { findAccelerator } from '../../runner/accelerator.ts'
import { archiveHost } from './archive-packages.ts'
import { testMachineData, tinyImage } from './image.ts'

/** Folder of the templates that all suites clone their machines from, but for those that are about templates. */
export const sharedTemplates = join(testMachineData, 'runner', 'templates')

/** Makes the folder `data` one of a site whose only image is `tiny`. */
export async function fillData(data: string): Promise<void> {
  const images = await tinyImage()
  for (const name of ['images', 'runner']) await mkdir(join(data, name), { recursive: true })
  await symlink(join(images.folder, 'tiny'), join(data, 'images', 'tiny'))
  await rememberAccelerator(data)
}

/** What this host's accelerator is was found out once, and need not be again. */
export async function rememberAccelerator(data: string): Promise<void> {
  const known = join(testMachineData, 'runner')
  await findAccelerator({ folder: known, images: await tinyImage() })
  await mkdir(join(data, 'runner'), { recursive: true })
  await copyFile(join(known, 'accelerator.json'), join(data, 'runner', 'accelerator.json'))
}

/** Fills the folder `data` of `folder`; returns the settings of a site in it. */
export async function homeData(folder: string): Promise<Record<string, string>> {
  const data = join(folder, 'data')
  await fillData(data)
  return {
    ...{ ASSAY_DATA: data, ASSAY_IMAGE: 'tiny' },
    ...{ ASSAY_TEMPLATES: sharedTemplates, ASSAY_MIRRORS: archiveHost },
  }
}
