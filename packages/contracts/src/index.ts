// Wire schemas, domain records and the error table.
export * from './domain/detection.ts'
export * from './domain/pose.ts'
export * from './domain/template-set.ts'
export * from './domain/trace.ts'
export * from './errors.ts'
