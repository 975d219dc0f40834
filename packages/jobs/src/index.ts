// The JobQueue port and its drivers.
export {}
