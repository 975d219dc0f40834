const SPACE = 32
const NEWLINE = 10
const CARRIAGE_RETURN = 13
const TAB = 9

/** Walks ASCII bytes token by token without making a string of the whole file. */
export class TextScanner {
  private readonly bytes: Uint8Array
  position: number

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes
    this.position = position
  }

  get isAtEnd(): boolean {
    return this.position >= this.bytes.length
  }

  /** Skips blanks but not line ends. */
  skipBlanks(): void {
    while (this.position < this.bytes.length) {
      const c = this.bytes[this.position]
      if (c !== SPACE && c !== TAB && c !== CARRIAGE_RETURN) return
      this.position++
    }
  }

  /** Skips blanks and line ends. */
  skipSpace(): void {
    while (this.position < this.bytes.length && this.bytes[this.position] <= SPACE) this.position++
  }

  /** True at a line end or the end of the file. */
  get isAtLineEnd(): boolean {
    return this.isAtEnd || this.bytes[this.position] === NEWLINE
  }

  /** Next token on any line; '' at the end. */
  token(): string {
    this.skipSpace()
    const start = this.position
    while (this.position < this.bytes.length && this.bytes[this.position] > SPACE) this.position++
    return String.fromCharCode(...this.bytes.subarray(start, Math.min(this.position, start + 256)))
  }

  /** Rest of the line, trimmed, and moves past its end. */
  line(): string {
    const start = this.position
    while (this.position < this.bytes.length && this.bytes[this.position] !== NEWLINE) this.position++
    const text = new TextDecoder('latin1').decode(this.bytes.subarray(start, this.position))
    this.position++
    return text.trim()
  }

  skipLine(): void {
    while (this.position < this.bytes.length && this.bytes[this.position] !== NEWLINE) this.position++
    this.position++
  }

  /** Next number; NaN when the token is none or the file ends. Plain decimals are read without a string. */
  number(): number {
    this.skipSpace()
    const { bytes } = this
    const start = this.position
    let p = start
    let isNegative = false
    if (bytes[p] === 45 || bytes[p] === 43) isNegative = bytes[p++] === 45
    let mantissa = 0
    let digits = 0
    let decimals = 0
    while (bytes[p] >= 48 && bytes[p] <= 57) {
      mantissa = mantissa * 10 + bytes[p++] - 48
      digits++
    }
    if (bytes[p] === 46) {
      p++
      while (bytes[p] >= 48 && bytes[p] <= 57) {
        mantissa = mantissa * 10 + bytes[p++] - 48
        digits++
        decimals++
      }
    }
    const isPlain = p >= bytes.length || bytes[p] <= SPACE
    if (isPlain && digits > 0 && digits <= 15) {
      this.position = p
      const value = mantissa / 10 ** decimals
      return isNegative ? -value : value
    }
    const text = this.token()
    return text === '' ? Number.NaN : Number(text)
  }
}
