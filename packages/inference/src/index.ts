// The Session port: a network as named tensors in, named tensors out.
export * from './session.ts'
