// Wire schemas, domain records and the error table.
export * from './domain/detection.ts'
export * from './domain/pose.ts'
export * from './domain/template-set.ts'
export * from './domain/trace.ts'
export * from './errors.ts'
export * from './wire/v1-engines.ts'
export * from './wire/v1-main.ts'
export * from './wire/v2.ts'
