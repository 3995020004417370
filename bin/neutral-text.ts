/** What a check wrote, made harmless for a terminal: colours stay, every other control sequence is shown instead of obeyed. */
import { StringDecoder } from 'node:string_decoder'

/** Colours, and the escape character of anything else; beside line ends and tabs, the other control characters. */
const controls =
  // eslint-disable-next-line no-control-regex -- they are what this is about
  /\u001b\[[\d;:]{0,64}m|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g

/** The beginning of what may become a colour with the next piece. */
// eslint-disable-next-line no-control-regex -- as above
const begun = /\u001b(?:\[[\d;:]{0,64})?$/

/** As Unicode pictures it: ␛ for an escape, � where there is no picture. */
function pictureOf(control: string): string {
  if (control.length > 1) return control
  const code = control.charCodeAt(0)
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd'
}

export const neutral = (text: string): string => text.replaceAll(controls, pictureOf)

/** Pieces of a stream in, as they come, and text out; without a piece: what is left. */
export function neutraliser(): (piece?: Buffer) => string {
  const decoder = new StringDecoder('utf8')
  let kept = ''
  return (piece) => {
    const text = kept + (piece ? decoder.write(piece) : decoder.end())
    kept = piece ? (begun.exec(text)?.[0] ?? '') : ''
    return neutral(text.slice(0, text.length - kept.length))
  }
}

/** For a pipeline to a terminal. */
export async function* neutralised(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const next = neutraliser()
  for await (const piece of source) yield next(piece)
  yield next()
}
