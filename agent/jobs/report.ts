/** How a job says what it is doing; `progress` from 0 to 1, when it can tell. */
export type Report = (message: string, progress?: number) => void
