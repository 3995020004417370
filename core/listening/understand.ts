/** Which translator understands a bus's message: by the end of its topic, whatever prefix the bus puts before. */
import type { Naming } from './bus.ts'
import { coprBuild } from './copr-build.ts'
import type { Heard, NativeMessage } from './heard.ts'
import { kojiBuild } from './koji-build.ts'
import { obsBuild } from './obs-build.ts'
import { otherEvent } from './other-event.ts'

const translators: Readonly<Record<string, (body: unknown, naming: Naming) => Heard>> = {
  'buildsys.build.state.change': kojiBuild,
  'copr.build.end': coprBuild,
  'obs.package.build_success': obsBuild,
}

export function understand(message: NativeMessage, naming: Naming): Heard {
  const { topic, body } = message
  const translator = Object.entries(translators).find(([end]) => `.${topic}`.endsWith(`.${end}`))?.[1]
  return translator ? translator(body, naming) : otherEvent(message, naming)
}
