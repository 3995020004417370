/** Builds the guest image as a user would, its progress shown. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { AppError } from '../../core/errors.ts'
import { assayProgram } from './assay.ts'

/** Throws IMAGE_NOT_BUILT; the command has said why. */
export async function buildImage(name: string): Promise<void> {
  const child = spawn(process.execPath, [assayProgram, 'image', 'build', name], {
    stdio: ['ignore', process.stderr, process.stderr],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0)
    throw new AppError(
      'IMAGE_NOT_BUILT',
      500,
      `\`assay image build ${name}\` ended with ${code ?? 'no code'}: see above.`,
    )
}
