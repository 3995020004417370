/** Sends a log on in batches while it is written: soon, in order, each piece at its offset, never two at a time. */

export interface LogSender {
  write: (chunk: Buffer) => void
  /** Resolves when all that was written has been sent; rejects with what kept it from being sent. */
  flush: () => Promise<void>
}

const batch = { delayMs: 250, soonBytes: 64 * 1024, mostBytes: 1024 ** 2 }

/** `send` delivers `bytes` that begin at `offset`; once it has failed, the rest of the log is dropped. */
export function logSender(send: (offset: number, bytes: Buffer) => Promise<void>): LogSender {
  let waiting: Buffer[] = []
  let size = 0
  let offset = 0
  let timer: NodeJS.Timeout | undefined
  let failure: Error | null = null
  let sending: Promise<void> | null = null

  const take = (): Buffer => {
    const all = Buffer.concat(waiting)
    const piece = all.subarray(0, batch.mostBytes)
    waiting = all.length > piece.length ? [all.subarray(piece.length)] : []
    size -= piece.length
    return piece
  }
  const sendAll = async (): Promise<void> => {
    try {
      while (size > 0) {
        const piece = take()
        await send(offset, piece)
        offset += piece.length
      }
    } catch (error) {
      failure = error as Error
      waiting = []
      size = 0
    } finally {
      sending = null
    }
  }
  const start = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    // Begun later: one that ends at once, with nothing to send, would otherwise end before it is known.
    return (sending ??= Promise.resolve().then(sendAll))
  }
  return {
    write(chunk) {
      if (failure || chunk.length === 0) return
      waiting.push(chunk)
      size += chunk.length
      if (size >= batch.soonBytes) void start()
      else timer ??= setTimeout(() => void start(), batch.delayMs)
    },
    async flush() {
      while (size > 0 || sending) await start()
      clearTimeout(timer)
      if (failure) throw failure
    },
  }
}
