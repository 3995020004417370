/** Takes a file that an event will point to: as much of one user as the site has room for. */
import type { Readable } from 'node:stream'
import { AppError } from '../../core/errors.ts'
import { uploadBytesOf } from '../../core/retention.ts'
import type { Services } from '../services.ts'
import type { Upload } from '../uploads.ts'

type Needs = Pick<Services, 'now' | 'settings' | 'stores' | 'uploads'>

/** Throws TOO_MUCH_UPLOADED before anything of `body` is read, and what uploads throw. */
export async function receiveUpload(
  { now, settings, stores, uploads }: Needs,
  user: string,
  body: Readable,
): Promise<Upload> {
  const bytes = uploadBytesOf(settings)
  if (bytes !== null && (await stores.uploads.usage(user)) >= bytes)
    throw new AppError(
      'TOO_MUCH_UPLOADED',
      409,
      `${user} has handed over ${Math.round(bytes / 1024 ** 2)} MiB, as much as this site keeps of one user: files go with their age, or an admin raises retention.uploadMiB of the settings.`,
    )
  const upload = await uploads.put(body)
  await stores.uploads.add(user, upload, now())
  return upload
}
