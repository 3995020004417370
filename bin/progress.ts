/** Long work on a terminal: a bar on stderr once it takes more than two seconds; elsewhere a line for each step. */
import { say } from './output.ts'

const patienceMs = 2000
const width = 24

export interface ProgressBar {
  /** What is being done, and how far it is (0 to 1). */
  update: (step: string, fraction: number) => void
  /** Clears the bar. */
  end: () => void
}

export function progressBar(what: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  const begun = performance.now()
  let current = { step: '', fraction: 0 }
  if (!stream.isTTY)
    return {
      update(step, fraction) {
        if (step !== current.step) say(`${what}: ${step}`)
        current = { step, fraction }
      },
      end: () => undefined,
    }
  let shown = false
  const draw = (): void => {
    const elapsed = performance.now() - begun
    if (elapsed < patienceMs) return
    shown = true
    const room = stream.columns || 80
    stream.write(`\r\x1b[K${barLine(what, current, elapsed).slice(0, room - 1)}`)
  }
  const timer = setInterval(draw, 250)
  return {
    update(step, fraction) {
      current = { step, fraction }
      draw()
    },
    end() {
      clearInterval(timer)
      if (shown) stream.write('\r\x1b[K')
    },
  }
}

export function barLine(
  what: string,
  { step, fraction }: { step: string; fraction: number },
  elapsedMs: number,
): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width)
  const percent = `${Math.round(fraction * 100)}`.padStart(3)
  return `${what} [${'#'.repeat(full)}${'.'.repeat(width - full)}] ${percent} %  ${step} (${Math.round(elapsedMs / 1000)} s)`
}
