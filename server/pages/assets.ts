/** The pages' own files, named by their content so that browsers may keep them for ever. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Compiled code runs from dist/server/pages/, the files stay in server/pages/assets/. */
const folder = new URL('../../../server/pages/assets/', import.meta.url)

export interface Asset {
  /** Path on this site: it changes whenever the content does. */
  url: string
  type: string
  content: Buffer
}

function load(name: string, extension: string, type: string): Asset {
  const content = readFileSync(new URL(`${name}.${extension}`, folder))
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return { url: `/assets/${name}.${digest}.${extension}`, type, content }
}

export const assets = {
  style: load('style', 'css', 'text/css; charset=utf-8'),
  live: load('live', 'js', 'text/javascript; charset=utf-8'),
  mark: load('mark', 'svg', 'image/svg+xml'),
}
