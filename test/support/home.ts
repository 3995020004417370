/** A data folder for checks at home: with the tiny image, its template, and what was found out about this host. */
import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { testMachineData, tinyImage } from './image.ts'

/** Makes it in `folder`; returns the settings that lead to it. */
export async function homeData(folder: string): Promise<Record<string, string>> {
  const data = join(folder, 'data')
  for (const name of ['images', 'runner']) await mkdir(join(data, name), { recursive: true })
  await symlink(join((await tinyImage()).folder, 'tiny'), join(data, 'images', 'tiny'))
  const proof = 'runner/accelerator.json'
  await copyFile(join(testMachineData, proof), join(data, proof)).catch(() => undefined)
  const templates = join(testMachineData, 'runner', 'templates')
  return { ASSAY_DATA: data, ASSAY_IMAGE: 'tiny', ASSAY_TEMPLATES: templates }
}
