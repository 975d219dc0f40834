import { InvalidArgumentError, Option } from 'commander'

/** Without a default: what is absent is not sent to a server. */
export function cadColorsOption(): Option {
  return new Option('--cad-colors <choice>', 'ignored: things carry another print or paint than their CAD').choices([
    'trusted',
    'ignored',
  ])
}

export function parseShare(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('expected a number from 0 to 1')
  return value
}
