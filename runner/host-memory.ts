/** How large a machine this host can have: more than it has of memory would have the kernel kill something for it. */
import { totalmem } from 'node:os'

/** Left to the host and to what runs beside the machine. */
const reserveMiB = 512

export const largestMachineMiB = (): number => Math.max(0, Math.floor(totalmem() / 2 ** 20) - reserveMiB)
