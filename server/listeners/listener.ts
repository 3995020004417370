/** The port: something that hears of builds and events by its own means, until it is closed. */
export interface Listener {
  /** Waits for what is under way; what it has not finished is heard again at the next start. */
  close: () => Promise<void>
}
