/**
 * Keeps a page current while something runs: parts marked data-live are fetched anew, and the log grows as it is
 * written. Everything works without it, by reloading. What arrives is only ever text or this site's own pages.
 */
/* global clearTimeout, document, DOMParser, EventSource, fetch, location, setTimeout */
const pause = 4000
const mostLines = 2000
let timer
let stream = null

function schedule() {
  clearTimeout(timer)
  if (!document.hidden) timer = setTimeout(refresh, pause)
}

/** The page itself says whether it goes on: one where nothing runs any more has no script. */
async function refresh() {
  clearTimeout(timer)
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (!answer.ok) return schedule()
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const part of document.querySelectorAll('[data-live]'))
      renew(part, fresh.querySelector(`[data-live="${part.dataset.live}"]`))
    document.title = fresh.title
    connect()
    if (fresh.querySelector('script')) schedule()
  } catch {
    schedule()
  }
}

/** Leaves a log alone that grows here by itself, and puts back what the reader had scrolled, opened or focused. */
function renew(part, fresh) {
  if (!fresh || fresh.innerHTML === part.innerHTML) return
  const [here, there] = [part, fresh].map((one) => one.querySelector('[data-attempt]'))
  if (here?.dataset.grown && here.dataset.attempt === there?.dataset.attempt) return
  const scrolled = [...part.querySelectorAll('.scroll, .log')].map((one) => [one.scrollLeft, one.scrollTop])
  const opened = [...part.querySelectorAll('details')].map((one) => one.open)
  const focused = part.contains(document.activeElement) && document.activeElement.getAttribute('href')
  part.replaceChildren(...fresh.childNodes)
  part.querySelectorAll('.scroll, .log').forEach((one, at) => one.scrollTo(...(scrolled[at] ?? [0, 0])))
  part.querySelectorAll('details').forEach((one, at) => (one.open = opened[at] ?? one.open))
  if (focused)
    [...part.querySelectorAll('a[href]')].find((one) => one.getAttribute('href') === focused)?.focus()
}

function connect() {
  const log = document.querySelector('[data-stream]')
  if (!log || stream || document.hidden || log.dataset.ended) return
  stream = new EventSource(`${log.dataset.stream}?after=${log.dataset.after}`)
  stream.onmessage = ({ data, lastEventId }) => {
    log.dataset.after = lastEventId
    log.dataset.grown = 'yes'
    append(log.querySelector('.lines'), data.split('\n'))
  }
  stream.addEventListener('end', () => {
    log.dataset.ended = 'yes'
    disconnect()
    refresh()
  })
  // Refused for good, for example because too many watch: the next refresh shows what is new, and tries again.
  stream.onerror = () => {
    if (stream?.readyState === EventSource.CLOSED) disconnect()
  }
}

function disconnect() {
  stream?.close()
  stream = null
}

function append(lines, texts) {
  const kept = texts.slice(-mostLines)
  let number = Number(lines.lastElementChild?.id.slice(1) ?? 0) + texts.length - kept.length
  for (const text of kept) lines.append(lineOf((number += 1), text))
  while (lines.childElementCount > mostLines) lines.firstElementChild.remove()
}

/** As server/pages/numbered-lines.ts makes it. */
function lineOf(number, text) {
  const line = document.createElement('div')
  const link = document.createElement('a')
  const content = document.createElement('span')
  Object.assign(line, { className: 'line', id: `L${number}` })
  Object.assign(link, { href: `#L${number}`, tabIndex: -1, ariaLabel: `Line ${number}` })
  link.dataset.n = number
  content.textContent = text
  line.append(link, content)
  return line
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) return refresh()
  clearTimeout(timer)
  disconnect()
})
connect()
schedule()
