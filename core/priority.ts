/** Which executions give way to others: the queue hands out 0 before all else. */
export const priorities = { normal: 0, low: 10 } as const

export type Priority = (typeof priorities)[keyof typeof priorities]
